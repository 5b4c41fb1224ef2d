#include "office/duty-letter.h"

#include <string.h>

#include "duty/plan.h"
#include "office/post.h"

void duty_deinit(struct duty *d)
{
	json_decref(d->last);
	json_decref(d->called);
	recipients_deinit(&d->owed);
}

static bool takes_back(const char *kind)
{
	return strcmp(kind, "cancellation") == 0 || strcmp(kind, "withdrawal") == 0;
}

int duty_letter_post(const struct duty *d, const struct duty_letter *letter,
	const struct recipient *to, struct err *err)
{
	bool is_off = takes_back(letter->kind);
	bool waits = plan_waits_for_call(
		&d->o->config->settings, d->m, to->role, to->person, d->called);
	const struct post post = {
		.order = {.kind = letter->kind,
			.meeting = d->m,
			.roles = d->roles,
			.extra = letter->extra,
			.calendar = is_off ? COMPOSE_CANCEL : COMPOSE_REQUEST,
			.for_information = waits,
			.auto_submitted = "auto-generated"},
		.version = d->version,
		.about = letter->about,
		.reason = letter->reason,
		.priority = is_off || strcmp(letter->kind, "update") == 0 ? POST_TODAY
									  : POST_NORMAL,
	};

	return post_to(d->o, &post, to, d->now, err);
}
