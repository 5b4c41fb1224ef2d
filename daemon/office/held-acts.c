#include "office/held-acts.h"

#include <string.h>

#include "base/mem.h"
#include "office/calendar-loss.h"
#include "office/itip.h"
#include "office/notices.h"
#include "office/personal-guard.h"
#include "office/resting.h"
#include "office/twins.h"

static const struct held_act acts[] = {
	{.name = "minutes",
		.no = personal_guard_minutes_no,
		.no_reason = "held-refused",
		.describe = "Minutes go to the committees."},
	{.name = "answer",
		.no_reason = "held-refused",
		.describe = "An answer counts as the attendee's own."},
	{.name = "counter",
		.no = itip_refuse_counter,
		.no_reason = "counter-refused",
		.describe = "The time or place put forward is accepted; a no tells who "
			    "put it forward."},
	{.name = "refresh",
		.no_reason = "held-refused",
		.describe = "The invitation is sent again."},
	{.name = "meeting",
		.no_reason = "held-refused",
		.describe = "A meeting that was mailed is taken in."},
	{.name = "twin",
		.yes = twins_yes,
		.no = twins_no,
		.describe = "Two meetings at once in two calendars are one; a no keeps "
			    "them two."},
	{.name = "source",
		.yes = calendar_loss_yes,
		.no = calendar_loss_no,
		.describe = "Meetings that went from a calendar at once are called "
			    "off; a no lets them stand."},
	{.name = "personal-number",
		.yes = personal_guard_yes,
		.no = personal_guard_no,
		.no_reason = "personal-number-refused",
		.describe = "A meeting's letters go out although they hold a personal "
			    "number; a no tells the secretary."},
	{.name = "question",
		.no_reason = "held-refused",
		.describe = "A question goes to who answers for the council."},
	{.name = "question-answer",
		.no_reason = "held-refused",
		.describe = "An answer goes to the person who asked."},
	{.name = "rest-address",
		.yes = resting_yes,
		.no = resting_no,
		.no_reason = "rest-refused",
		.describe = "Nothing more is sent to an address that keeps failing."},
};

const char *held_act_name(size_t index)
{
	return index < sizeof(acts) / sizeof(acts[0]) ? acts[index].name : NULL;
}

const struct held_act *held_act_find(const char *name)
{
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		if (strcmp(acts[i].name, name) == 0)
			return &acts[i];
	return NULL;
}

int held_ask(struct office *o, const struct held *h, const json_t *facts, int64_t now,
	struct err *err)
{
	int64_t id = 0;
	int is_new = held_add(o->db, h, now, &id, err);

	if (is_new <= 0)
		return is_new;
	return notice_matter(o, h, id, facts, now, err) < 0 ? -1 : 1;
}
