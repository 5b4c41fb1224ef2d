#include "dispatch/lane.h"

#include <assert.h>
#include <string.h>

#include "config/settings.h"

#define PAUSE_FIRST 5
#define PAUSE_LONGEST 300

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

static void offer_one(struct lane *lane, const struct settings *s, struct cargo *c)
{
	const struct smtp_mail mail = {.from = s->mailbox_address,
		.to = c->delivery.address,
		.copy_to = s->smtp.copy_to_self ? s->mailbox_address : NULL,
		.report = s->smtp.reports,
		.envelope_id = c->envelope_id,
		.size = (uint64_t)c->text.size,
		.read = cargo_read,
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
