#include "duty/status.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "duty/plan.h"
#include "store/absence.h"
#include "store/answer.h"
#include "store/delivery.h"
#include "store/overview.h"

/* ---- one delivery ---- */

/* Which member of a recipient a letter belongs to; NULL: none. */
static const char *member_of(const char *kind)
{
	if (strcmp(kind, "invitation") == 0 || strcmp(kind, "update") == 0 ||
		strcmp(kind, "cancellation") == 0 || strcmp(kind, "withdrawal") == 0)
		return "invitation";
	return strcmp(kind, "minutes") == 0 ? "minutes" : NULL;
}

static const char *reached(enum delivery_state state)
{
	switch (state) {
	case DELIVERY_SENT:
	case DELIVERY_DELIVERED:
	case DELIVERY_ANSWERED:
		return "yes";
	case DELIVERY_FAILED:
	case DELIVERY_WITHDRAWN:
	case DELIVERY_BOUNCED:
	case DELIVERY_RESTING:
		return "no";
	case DELIVERY_DUE:
	case DELIVERY_SENDING:
	case DELIVERY_UNKNOWN:
	case DELIVERY_DEFERRED:
		return "not yet";
	}
	return "not yet";
}

static void put_time(json_t *object, const char *key, int64_t at)
{
	if (!at)
		return;
	str_auto *words = clock_format(at);
	json_put_str(object, key, words);
}

static json_t *delivery_json(const struct delivery *d)
{
	json_t *one = json_pack("{s:I, s:s, s:i, s:s, s:s, s:i}", "delivery",
		(json_int_t)d->id, "letter", d->kind, "version", d->version, "state",
		delivery_state_name(d->state), "reached", reached(d->state), "tries",
		d->tries);
	bool waits = strcmp(reached(d->state), "not yet") == 0;

	put_time(one, "due_at", waits ? d->due_at : 0);
	put_time(one, "sent_at", d->sent_at);
	json_put_str(one, "reply", d->reply);
	return one;
}

/* ---- recipients ---- */

/* The one with that address; made where there is none. Borrowed. */
static json_t *recipient_at(json_t *list, const char *address)
{
	size_t i;
	json_t *one;

	json_array_foreach (list, i, one)
		if (text_equal_nocase(json_str_or(one, "address", ""), address))
			return one;
	one = json_object();
	json_put_str(one, "address", address);
	json_object_set_new(one, "invited", json_true());
	json_array_append_new(list, one);
	return one;
}

static bool is_withdrawn(const json_t *delivery)
{
	return strcmp(json_str_or(delivery, "state", ""), "withdrawn") == 0;
}

/* A later version counts more, and anything more than what was taken back. */
static bool counts_more(const struct delivery *d, const json_t *known)
{
	if (!known || is_withdrawn(known))
		return true;
	return d->state != DELIVERY_WITHDRAWN &&
	       d->version >= json_int_or(known, "version", 0);
}

static int add_delivery(const struct delivery *d, void *context)
{
	const char *member = member_of(d->kind);

	if (!member)
		return 0;
	json_t *one = recipient_at(context, d->address);
	json_put_str(one, "name", d->name);
	json_put_str(one, "person", d->person);
	json_put_str(one, "committee", d->committee);
	if (counts_more(d, json_object_get(one, member)))
		json_object_set_new(one, member, delivery_json(d));
	return 0;
}

static int add_answers(struct db *db, int64_t meeting_id, json_t *list, struct err *err)
{
	json_auto_t *answers = answer_list(db, meeting_id, err);
	size_t i;
	json_t *answer;

	if (!answers)
		return -1;
	json_array_foreach (answers, i, answer) {
		json_t *one = recipient_at(list, json_str_or(answer, "attendee", ""));
		json_t *said = json_object();
		json_put_str(said, "partstat", json_str(answer, "partstat"));
		json_put_str(said, "comment", json_str(answer, "comment"));
		put_time(said, "at", json_int_or(answer, "at", 0));
		json_put_str(said, "earlier", json_str(answer, "earlier"));
		put_time(said, "earlier_at", json_int_or(answer, "earlier_at", 0));
		json_object_set_new(one, "answer", said);
		if (!json_object_get(one, "invitation"))
			json_object_set_new(one, "invited",
				json_boolean(json_bool_or(answer, "invited", true)));
	}
	return 0;
}

/* Those the invitation is still to be written to. */
static int add_owed(struct db *db, const struct settings *s, const struct meeting *m,
	int64_t now, json_t *list, struct err *err)
{
	recipients_auto all = RECIPIENTS_NONE;
	int64_t due_at = plan_invitation_at(s, m);

	if (m->starts_at <= now || m->state != MEETING_PLANNED)
		return 0;
	due_at = due_at > now ? due_at : now;
	if (plan_recipients(db, s, m, due_at, &all, err) < 0)
		return -1;
	for (size_t i = 0; i < all.count; i++) {
		json_t *one = recipient_at(list, all.list[i].address);
		if (json_object_get(one, "invitation"))
			continue;
		json_put_str(one, "name", all.list[i].name);
		json_put_str(one, "person", all.list[i].person);
		json_put_str(one, "committee", all.list[i].committee);
		json_t *promise = json_pack("{s:s}", "reached", "not yet");
		put_time(promise, "due_at", due_at);
		json_object_set_new(one, "invitation", promise);
	}
	return 0;
}

static bool is_lost(const json_t *recipient, const char *what)
{
	const json_t *delivery = json_object_get(recipient, what);

	return delivery && !is_withdrawn(delivery) &&
	       strcmp(json_str_or(delivery, "reached", ""), "no") == 0;
}

static int add_names(struct db *db, json_t *list, struct err *err)
{
	json_auto_t *names = overview_names(db, err);
	size_t i;
	json_t *one;

	if (!names)
		return -1;
	const json_t *committees = json_object_get(names, "committees");
	json_array_foreach (list, i, one) {
		const char *id = json_str_or(one, "committee", "");
		json_put_str(one, "committee_name", json_str(committees, id));
		json_object_set_new(one, "unserved",
			json_boolean(
				is_lost(one, "invitation") || is_lost(one, "minutes")));
	}
	return 0;
}

static bool is_of(const json_t *absence, const json_t *recipient)
{
	const char *person = json_str(absence, "person");

	return text_equal_nocase(json_str_or(absence, "address", ""),
		       json_str_or(recipient, "address", "")) ||
	       (person && strcmp(person, json_str_or(recipient, "person", "")) == 0);
}

/* Whoever said, by an automatic answer, that he is away that day. */
static int add_absences(
	struct db *db, const struct meeting *m, json_t *list, struct err *err)
{
	str_auto *day = clock_day(m->starts_at);
	json_auto_t *absences = absence_list(db, day, err);
	size_t i, k;
	json_t *absence, *one;

	if (!absences)
		return -1;
	json_array_foreach (absences, i, absence)
		json_array_foreach (list, k, one)
			if (is_of(absence, one))
				json_object_set_new(one, "absent",
					json_pack("{s:O?, s:O, s:O}", "until",
						json_object_get(absence, "until"),
						"is_return",
						json_object_get(absence, "is_return"),
						"register",
						json_object_get(absence, "register")));
	return 0;
}

static int compare(const void *a, const void *b)
{
	static const char *const keys[] = {"committee_name", "name", "address"};
	const json_t *one = *(json_t *const *)a;
	const json_t *other = *(json_t *const *)b;
	int order = 0;

	/* Whoever belongs to no committee comes last. */
	if (!json_str(one, keys[0]) != !json_str(other, keys[0]))
		return json_str(one, keys[0]) ? -1 : 1;
	for (size_t i = 0; i < 3 && !order; i++)
		order = strcmp(
			json_str_or(one, keys[i], ""), json_str_or(other, keys[i], ""));
	return order;
}

static json_t *sorted(const json_t *list)
{
	size_t count = json_array_size(list);
	json_t **order = xcalloc(count ? count : 1, sizeof(*order));
	json_t *result = json_array();

	for (size_t i = 0; i < count; i++)
		order[i] = json_array_get(list, i);
	qsort(order, count, sizeof(*order), compare);
	for (size_t i = 0; i < count; i++)
		json_array_append(result, order[i]);
	free(order);
	return result;
}

json_t *status_recipients(struct db *db, const struct settings *s,
	const struct meeting *m, int64_t now, struct err *err)
{
	json_auto_t *list = json_array();

	if (delivery_each(db, m->id, add_delivery, list, err) < 0 ||
		add_answers(db, m->id, list, err) < 0)
		return NULL;
	if (s && m->council && add_owed(db, s, m, now, list, err) < 0)
		return NULL;
	if (add_names(db, list, err) < 0 || add_absences(db, m, list, err) < 0)
		return NULL;
	return sorted(list);
}

json_t *status_counts(const json_t *recipients, const char *what)
{
	int owed = 0, got = 0, lost = 0;
	size_t i;
	json_t *one;

	json_array_foreach (recipients, i, one) {
		const json_t *delivery = json_object_get(one, what);
		if (!delivery || is_withdrawn(delivery))
			continue;
		owed++;
		got += strcmp(json_str_or(delivery, "reached", ""), "yes") == 0;
		lost += is_lost(one, what);
	}
	return json_pack("{s:i, s:i, s:i, s:i}", "owed", owed, "reached", got,
		"waiting", owed - got - lost, "unserved", lost);
}

static int add_other(const struct delivery *d, void *context)
{
	if (member_of(d->kind))
		return 0;
	json_t *one = delivery_json(d);
	json_put_str(one, "name", d->name);
	json_put_str(one, "address", d->address);
	json_array_append_new(context, one);
	return 0;
}

json_t *status_others(struct db *db, int64_t meeting_id, struct err *err)
{
	json_auto_t *list = json_array();

	if (delivery_each(db, meeting_id, add_other, list, err) < 0)
		return NULL;
	return TAKE(list);
}
