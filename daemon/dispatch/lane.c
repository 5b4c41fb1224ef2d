#include "dispatch/lane.h"

#include <assert.h>
#include <string.h>

#include "config/settings.h"

#define PAUSE_FIRST 5
#define PAUSE_LONGEST 300

void cargo_free(struct cargo *c)
{
	if (!c)
		return;
	delivery_deinit(&c->delivery);
	free(c->envelope_id);
	free(c);
}

int64_t lane_pause_left(const struct lane *lane, int64_t now)
{
	int64_t left = lane->pause ? lane->retry_at - now : 0;

	if (left < 0)
		return 0;
	return left > lane->pause ? lane->pause : left;
}

void lane_pause_grow(struct lane *lane, int64_t now)
{
	lane->pause = lane->pause ? 2 * lane->pause : PAUSE_FIRST;
	if (lane->pause > PAUSE_LONGEST)
		lane->pause = PAUSE_LONGEST;
	lane->retry_at = now + lane->pause;
}

bool lane_is_open(const struct lane *lane)
{
	return lane->smtp && smtp_state(lane->smtp) == SMTP_OPEN;
}

size_t lane_room(const struct lane *lane)
{
	if (!lane_is_open(lane))
		return 0;
	return smtp_room(lane->smtp) + (smtp_result(lane->smtp) != NULL);
}

static int read_text(void *source, uint64_t at, void *to, size_t size, struct err *err)
{
	struct cargo *c = source;

	return delivery_text_read(c->db, &c->text, (int64_t)at, to, size, err);
}

/* "<id>" without its angle brackets. */
static char *envelope_id(const char *message_id)
{
	size_t len = message_id ? strlen(message_id) : 0;

	return len > 2 ? xstrndup(message_id + 1, len - 2) : NULL;
}

static void offer_one(struct lane *lane, const struct settings *s, struct cargo *c)
{
	c->envelope_id = envelope_id(c->delivery.message_id);
	const struct smtp_mail mail = {.from = s->mailbox_address,
		.to = c->delivery.address,
		.copy_to = s->smtp.copy_to_self ? s->mailbox_address : NULL,
		.report = s->smtp.reports,
		.envelope_id = c->envelope_id,
		.size = (uint64_t)c->text.size,
		.read = read_text,
		.source = c};

	smtp_offer(lane->smtp, &mail);
	lane->cargo[lane->count++] = c;
	lane->carried++;
}

void lane_offer(struct lane *lane, const struct settings *s)
{
	for (size_t i = 0; i < lane->claimed_count; i++)
		offer_one(lane, s, TAKE(lane->claimed[i]));
	lane->claimed_count = 0;
}

void lane_take(struct lane *lane)
{
	assert(lane->count);
	smtp_take(lane->smtp);
	cargo_free(lane->cargo[0]);
	lane->count--;
	memmove(lane->cargo, lane->cargo + 1, lane->count * sizeof(*lane->cargo));
}

void lane_drop_claimed(struct lane *lane)
{
	for (size_t i = 0; i < lane->claimed_count; i++)
		cargo_free(TAKE(lane->claimed[i]));
	lane->claimed_count = 0;
}

void lane_close(struct lane *lane)
{
	smtp_free(lane->smtp);
	for (size_t i = 0; i < lane->count; i++)
		cargo_free(lane->cargo[i]);
	lane_drop_claimed(lane);
	*lane = (struct lane){.pause = lane->pause, .retry_at = lane->retry_at};
}
