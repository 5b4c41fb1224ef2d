#include "dispatch/verdict.h"

#define HOUR 3600

int64_t verdict_pause(int first, int tries, uint32_t chance)
{
	int64_t pause = first;

	for (int i = 1; i < tries && pause < HOUR; i++)
		pause *= 2;
	if (pause > HOUR)
		pause = HOUR;
	return pause - pause * (chance % 256) / 1024;
}

static bool is_too_old(
	const struct delivery *d, const struct smtp_settings *smtp, int64_t now)
{
	return d->first_try_at &&
	       now - d->first_try_at >= (int64_t)smtp->retry_hours * HOUR;
}

static void defer(struct verdict *v, const struct smtp_reply *reply,
	const struct delivery *d, const struct smtp_settings *smtp, int64_t now,
	int64_t lane_pause, uint32_t (*chance)(void))
{
	int64_t pause = reply->is_lane ? lane_pause
				       : verdict_pause(smtp->retry_first_seconds,
						 d->tries, chance());

	v->result.state = DELIVERY_DEFERRED;
	v->result.keeps_tries = reply->is_lane;
	v->result.due_at = now + pause;
	v->gives_up = is_too_old(d, smtp, now);
}

struct verdict verdict_of(const struct smtp_reply *reply, const struct delivery *d,
	const struct settings *s, int64_t now, int64_t lane_pause,
	uint32_t (*chance)(void))
{
	struct verdict v = {.result = {.reply = reply->text}};

	switch (reply->outcome) {
	case SMTP_ACCEPTED:
		v.result.state = DELIVERY_SENT;
		v.result.with_sent_copy = s->imap.sent_copy;
		break;
	case SMTP_DEFERRED:
		defer(&v, reply, d, &s->smtp, now, lane_pause, chance);
		break;
	case SMTP_REFUSED:
		v.result.state = DELIVERY_FAILED;
		break;
	case SMTP_UNKNOWN:
		v.result.state = DELIVERY_UNKNOWN;
		v.result.due_at = now + s->smtp.unknown_grace_seconds;
		break;
	}
	return v;
}

const char *verdict_outcome_name(enum smtp_outcome outcome)
{
	switch (outcome) {
	case SMTP_ACCEPTED:
		return "sent";
	case SMTP_DEFERRED:
		return "deferred";
	case SMTP_REFUSED:
		return "failed";
	case SMTP_UNKNOWN:
		return "unknown";
	}
	return "";
}
