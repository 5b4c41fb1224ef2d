#include "dispatch/cargo.h"

#include <string.h>

#include "base/log.h"
#include "store/delivery-move.h"

/* Up to here a text is read in the transaction that claims it: a read of its own costs
 * more than the bytes. */
#define SMALL ((size_t)64 * 1024)

/* "<id>" without its angle brackets. */
static char *envelope_id(const char *message_id)
{
	size_t len = message_id ? strlen(message_id) : 0;

	return len > 2 ? xstrndup(message_id + 1, len - 2) : NULL;
}

static void say_too_late(int64_t id)
{
	log_event(LOG_LEVEL_WARNING, "failed", "delivery=%lld why=meeting-has-begun",
		(long long)id);
}

/* 0 or -1: nothing can be sent of it, which is said of it. */
static int record_unreadable(
	struct db *db, int64_t id, const char *why, int64_t now, struct err *err)
{
	str_auto *reply = xasprintf("not sent: %s", why);
	const struct delivery_result result = {
		.state = DELIVERY_FAILED, .reply = reply};

	log_event(LOG_LEVEL_ERROR, "failed", "delivery=%lld reply=%s", (long long)id,
		reply);
	return delivery_record(db, id, &result, now, err);
}

/* 1 it can be sent, 0 not, -1. */
static int find_text(struct cargo *c, int64_t now, struct err *err)
{
	struct err why = ERR_INIT;

	if (delivery_text_find(c->db, c->delivery.id, SMALL, &c->text, &c->all, &why) ==
		0)
		return 1;
	if (why.kind == ERR_PERM)
		return record_unreadable(c->db, c->delivery.id, why.text, now, err);
	*err = why;
	return -1;
}

int cargo_claim(struct cargo **ret, int *ret_failed, struct db *db, int64_t now,
	struct err *err)
{
	for (;; (*ret_failed)++) {
		cargo_auto *c = xcalloc(1, sizeof(*c));
		c->db = db;
		int found = delivery_claim(db, now, &c->delivery, err);

		if (found < 1)
			return found;
		if (found == DELIVERY_CAME_TOO_LATE) {
			say_too_late(c->delivery.id);
			continue;
		}
		int can = find_text(c, now, err);
		if (can < 0)
			return -1;
		if (can == 0)
			continue;
		c->envelope_id = envelope_id(c->delivery.message_id);
		*ret = TAKE(c);
		return 1;
	}
}

int cargo_read(void *cargo, uint64_t at, void *to, size_t size, struct err *err)
{
	struct cargo *c = cargo;

	if (at + size > c->all.len)
		return delivery_text_read(c->db, &c->text, (int64_t)at, to, size, err);
	memcpy(to, c->all.data + at, size);
	return 0;
}

void cargo_free(struct cargo *c)
{
	if (!c)
		return;
	delivery_deinit(&c->delivery);
	buf_deinit(&c->all);
	free(c->envelope_id);
	free(c);
}
