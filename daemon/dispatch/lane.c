#include "dispatch/lane.h"

#include "base/buf.h"
#include "config/settings.h"
#include "duty/server.h"
#include "store/delivery.h"

int lane_open(struct lane *lane, struct db *db, const struct settings *s, int64_t now)
{
	struct err err = ERR_INIT;

	if (lane->smtp && !smtp_is_alive(lane->smtp))
		lane_close(lane);
	if (lane->smtp)
		return 0;
	lane->smtp = server_open_smtp(&s->smtp, &err);
	if (lane->smtp)
		return 0;
	trouble_met(&lane->trouble, db, &err, now);
	return -1;
}

static void note(
	struct lane *lane, struct db *db, const struct smtp_reply *reply, int64_t now)
{
	struct err why = ERR_INIT;

	if (!reply->is_lane) {
		trouble_over(&lane->trouble, db, now);
		return;
	}
	err_set(&why, ERR_TEMP, "%.200s", reply->text);
	trouble_met(&lane->trouble, db, &why, now);
}

void lane_send(struct lane *lane, struct db *db, const struct settings *s,
	const struct delivery *d, const struct buf *mail, int64_t now,
	struct smtp_reply *ret)
{
	smtp_send(lane->smtp, s->mailbox_address, d->address, buf_str(mail), mail->len,
		ret);
	if (ret->session_ended)
		lane_close(lane);
	note(lane, db, ret, now);
}

void lane_close(struct lane *lane)
{
	smtp_free(lane->smtp);
	lane->smtp = NULL;
}
