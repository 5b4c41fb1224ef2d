#include "office/calendar-loss.h"

#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/claim.h"

#define ACT "source"
#define KEY_BEGIN ACT ":"

/* Whoever mails a cancellation has said so himself. */
static bool may_empty_itself(const struct office *o, const char *calendar)
{
	const struct calendar_settings *c =
		settings_calendar(&o->config->settings, calendar);

	return !c || !c->mail;
}

static bool is_most(int part, int whole, int percent)
{
	return part > 0 && (int64_t)part * 100 > (int64_t)whole * percent;
}

/* Somebody takes away one entry, be it a series, while others are there; or the only
 * meeting there is. */
static bool is_one_act(const struct claim_loss *loss)
{
	return loss->gone == 1 || (loss->gone_entries == 1 && loss->gone < loss->all);
}

/* A matter that is open stays so for one meeting. */
static bool is_sudden(
	const struct office *o, const struct claim_loss *loss, bool is_open)
{
	int percent = o->config->settings.calendar_loss_percent;

	if (!loss->gone_told || (!is_open && is_one_act(loss)))
		return false;
	return is_most(loss->gone, loss->all, percent) ||
	       is_most(loss->gone_told, loss->all_told, percent);
}

static json_t *fact(const char *name, int count)
{
	str_auto *value = xasprintf("%d", count);

	return json_pack(
		"{s:{s:[s, s]}, s:s}", "label", "$name", "fact", name, "value", value);
}

static int ask(struct office *o, const char *key, const struct claim_loss *loss,
	int64_t now, struct err *err)
{
	const struct held matter = {.key = (char *)key,
		.title = loss->calendar,
		.act = ACT,
		.reason = "calendar-emptied"};
	json_auto_t *facts = json_pack("[o, o, o]", fact("meetings-gone", loss->gone),
		fact("meetings-gone-told", loss->gone_told),
		fact("meetings-left", loss->all - loss->gone));

	int is_new = held_ask(o, &matter, facts, now, err);
	if (is_new > 0)
		log_event(LOG_LEVEL_WARNING, "calendar-emptied", "name=%s gone=%d",
			loss->calendar, loss->gone);
	return is_new;
}

/* The source has come back, or what is left of its loss is small. */
static int settle(struct office *o, const char *calendar, const struct held *open,
	int64_t now, struct err *err)
{
	if (open->state == HELD_WAITING &&
		held_withdraw(o->db, open->id, "calendar-back", now, err) < 0)
		return -1;
	return claim_drop(o->db, calendar, now, err);
}

static int work_on(struct office *o, const char *calendar, int64_t now, struct err *err)
{
	str_auto *key = xasprintf(KEY_BEGIN "%s", calendar);
	claim_loss_auto loss = CLAIM_LOSS_NONE;
	held_auto open = HELD_EMPTY;

	int is_open = held_find_key(o->db, ACT, key, &open, err);
	if (is_open < 0 || claim_loss_of(o->db, calendar, now, &loss, err) < 0)
		return -1;
	if (may_empty_itself(o, calendar) && is_sudden(o, &loss, is_open))
		return ask(o, key, &loss, now, err);
	/* What was decided is carried out first. */
	if (is_open && open.state != HELD_WAITING)
		return 0;
	return settle(o, calendar, &open, now, err);
}

static int in_transaction(
	struct office *o, const char *calendar, int64_t now, struct err *err)
{
	if (db_begin(o->db, err) < 0)
		return -1;
	int count = work_on(o, calendar, now, err);
	if (count >= 0 && db_commit(o->db, err) == 0)
		return count;
	db_rollback(o->db);
	return -1;
}

/* Calendars that lost something, and those that did when the coordinator was asked. */
static json_t *to_look_at(struct office *o, struct err *err)
{
	json_auto_t *calendars = claim_calendars_with_loss(o->db, err);
	json_auto_t *waiting = held_list(o->db, err);
	size_t i;
	json_t *one;

	if (!calendars || !waiting)
		return NULL;
	json_array_foreach (waiting, i, one) {
		const char *key = json_str_or(one, "key", "");
		bool is_ours = strcmp(json_str_or(one, "act", ""), ACT) == 0 &&
			       strncmp(key, KEY_BEGIN, strlen(KEY_BEGIN)) == 0;
		const char *name = key + strlen(KEY_BEGIN);
		if (is_ours && !json_has_str(calendars, name))
			json_array_append_new(calendars, json_string(name));
	}
	return TAKE(calendars);
}

int calendar_loss_work(struct office *o, int64_t now, struct err *err)
{
	json_auto_t *calendars = to_look_at(o, err);
	int count = 0;
	size_t i;
	json_t *name;

	if (!calendars)
		return -1;
	json_array_foreach (calendars, i, name) {
		int done = in_transaction(o, json_string_value(name), now, err);
		if (done < 0)
			return -1;
		count += done;
	}
	return count;
}

/* ---- what the coordinator said ---- */

static const char *calendar_of(const struct held *h)
{
	return h->key + strlen(KEY_BEGIN);
}

int calendar_loss_yes(struct office *o, const struct held *h, const struct incoming *in,
	int64_t now, struct held_result *ret, struct err *err)
{
	(void)in;
	ret->reason = "meeting-gone";
	return claim_drop(o->db, calendar_of(h), now, err) < 0 ? -1 : 0;
}

int calendar_loss_no(struct office *o, const struct held *h, const struct incoming *in,
	int64_t now, struct held_result *ret, struct err *err)
{
	(void)in;
	(void)now;
	ret->reason = "calendar-kept";
	return claim_keep(o->db, calendar_of(h), err) < 0 ? -1 : 0;
}
