#include "office/meeting-entry.h"

#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "duty/placing.h"
#include "mail/address.h"
#include "office/twins.h"
#include "store/claim.h"
#include "store/meeting-file.h"
#include "store/meeting.h"

/* Where a council's three letters would stand, until the entry is placed. */
#define NO_COUNCIL "NNN"

static char *own_uid(
	const struct office *o, const char *source_uid, const char *recurrence_id)
{
	str_auto *name = xasprintf("%s\n%s", source_uid, recurrence_id);
	char hex[HASH_HEX_SIZE];

	hash_hex(name, strlen(name), hex);
	return xasprintf("%.32s@%s", hex, o->domain);
}

static char *wished_code(const struct placing *placing, const char *day)
{
	return xasprintf("%s-%s",
		placing->council_code ? placing->council_code : NO_COUNCIL, day);
}

/* person: {"name", "address"} as the calendar's entry names somebody; NULL: nobody. The
 * caller frees both. A name alone is shown, but gives no right to hand in anything. */
static bool names_somebody(const json_t *person, char **ret_name, char **ret_address)
{
	str_auto *normal = address_normal(json_str_or(person, "address", ""));

	*ret_name = text_printable(json_str_or(person, "name", ""));
	*ret_address = normal ? TAKE(normal) : xstrdup("");
	return **ret_address || **ret_name;
}

typedef int (*role_fn)(struct office *o, int64_t id, const char *role,
	const json_t *person, struct err *err);

static int put_role(struct office *o, int64_t id, const char *role,
	const json_t *person, struct err *err)
{
	str_auto *name = NULL;
	str_auto *address = NULL;

	if (!names_somebody(person, &name, &address))
		return meeting_role_drop(o->db, id, role, err);
	return meeting_role_put(o->db, id, role, name, address, err);
}

static int add_role(struct office *o, int64_t id, const char *role,
	const json_t *person, struct err *err)
{
	str_auto *name = NULL;
	str_auto *address = NULL;

	if (!names_somebody(person, &name, &address))
		return 0;
	return meeting_role_add(o->db, id, role, name, address, err);
}

static int each_role(struct office *o, int64_t id, const json_t *component, role_fn fn,
	struct err *err)
{
	static const char *const roles[] = {"secretary", "chair"};
	const json_t *lines = json_object_get(component, "utskick");

	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++)
		if (fn(o, id, roles[i], json_object_get(lines, roles[i]), err) < 0)
			return -1;
	return 0;
}

static bool is_called_off(const struct calendar_entry *e)
{
	return e->cancelled ||
	       text_equal_nocase(json_str_or(e->component, "status", ""), "CANCELLED");
}

static void place(struct office *o, const struct calendar_entry *e, const char *day,
	struct placing *placing, struct meeting *m)
{
	*placing = placing_find(o->config, e->calendar, e->component, day);
	m->kind = xstrdup_or_null(placing->kind);
	m->council = xstrdup_or_null(placing->council);
	m->reason = xstrdup_or_null(placing->reason);
	m->state = placing->reason ? MEETING_UNPLACED : MEETING_PLANNED;
	if (is_called_off(e)) {
		m->state = MEETING_CANCELLED;
		free(m->reason);
		m->reason = xstrdup("meeting-cancelled");
	}
}

static const char *uid_of(const struct calendar_entry *e, const json_t *occurrence)
{
	size_t index = (size_t)json_int_or(occurrence, "component", -1);

	return json_str_or(json_array_get(e->components, index), "uid", "");
}

static bool is_date_of(const struct calendar_entry *e, const char *recurrence_id)
{
	const char *uid = json_str_or(e->component, "uid", "");
	size_t i;
	json_t *one;

	json_array_foreach (e->occurrences, i, one)
		if (strcmp(json_str_or(one, "recurrence_id", ""), recurrence_id) == 0 &&
			strcmp(uid_of(e, one), uid) == 0)
			return true;
	return false;
}

/* A series that is moved to another hour has other RECURRENCE-IDs: the meeting of the
 * same day, whose own is none of the series any more, is the one that moved. 1, 0, -1.
 */
static int find_known(struct office *o, const struct calendar_entry *e, int64_t *ret_id,
	struct err *err)
{
	const char *uid = json_str_or(e->component, "uid", "");
	const char *date = json_str_or(e->occurrence, "recurrence_id", "");
	str_auto *old = NULL;
	int64_t id = 0;

	if (!*date)
		return meeting_find_source_id(o->db, uid, date, ret_id, err);
	int found = meeting_find_date(o->db, uid, date, &id, &old, err);
	if (found <= 0 || (old && is_date_of(e, old)))
		return found < 0 ? -1 : 0;
	*ret_id = id;
	if (old && meeting_set_recurrence_id(o->db, id, date, err) < 0)
		return -1;
	return 1;
}

/* Sets id where the meeting is known. 1 this source's word counts, or nothing is known;
 * 0 another's does. */
static int claim_known(struct office *o, struct claim *claim,
	const struct calendar_entry *e, struct err *err)
{
	int found = find_known(o, e, &claim->meeting_id, err);

	if (found < 0)
		return -1;
	return found ? claim_put(o->db, claim, err) : 1;
}

static struct claim claim_of(const struct office *o, const struct calendar_entry *e)
{
	const json_t *said = e->cancelled ? e->cancelled : e->component;

	return (struct claim){
		.source_id = e->source_id,
		.rank = (int)(e->calendar - o->config->settings.calendars),
		.sequence = (int)json_int_or(said, "sequence", 0),
		.modified_at = json_int_or(said, "modified", 0),
	};
}

/* The source has the meeting that this one is the same as, and stays as long as it
 * does; what it says of it counts for nothing. */
static int keep_alive(struct office *o, const struct claim *claim, int64_t same,
	json_t *seen, struct err *err)
{
	const struct claim other = {.source_id = claim->source_id,
		.meeting_id = same,
		.rank = claim->rank,
		.sequence = -1};

	json_array_append_new(seen, json_integer(same));
	return claim_put(o->db, &other, err) < 0 ? -1 : 0;
}

static int add(struct office *o, struct claim *claim, const struct meeting *m,
	const json_t *component, int64_t now, struct err *err)
{
	const json_t *files = json_object_get(component, "attachments");

	if (meeting_add(o->db, m, now, &claim->meeting_id, err) < 0 ||
		claim_add(o->db, claim, err) < 0 ||
		(files && meeting_files_put(o->db, claim->meeting_id, files, err) < 0))
		return -1;
	return each_role(o, claim->meeting_id, component, add_role, err);
}

static int change(struct office *o, struct claim *claim, const struct meeting *m,
	const json_t *component, int64_t now, struct err *err)
{
	const json_t *files = json_object_get(component, "attachments");

	if (meeting_put(o->db, m, now, &claim->meeting_id, err) < 0 ||
		meeting_files_put(o->db, claim->meeting_id, files, err) < 0)
		return -1;
	return each_role(o, claim->meeting_id, component, put_role, err);
}

static int put(struct office *o, struct claim *claim, const struct calendar_entry *e,
	int64_t now, json_t *seen, struct err *err)
{
	const json_t *component = e->component;
	const json_t *occurrence = e->occurrence;
	meeting_auto m = MEETING_EMPTY;
	struct placing placing;
	int64_t known = claim->meeting_id;
	int64_t same = 0;

	m.source_id = claim->source_id;
	m.source_uid = xstrdup(json_str_or(component, "uid", ""));
	m.recurrence_id = xstrdup(json_str_or(occurrence, "recurrence_id", ""));
	m.uid = own_uid(o, m.source_uid, m.recurrence_id);
	m.starts_at = json_int_or(occurrence, "starts", 0);
	m.ends_at = json_int_or(occurrence, "ends", m.starts_at);
	m.all_day = json_bool_or(occurrence, "all_day", false);
	m.title = text_printable(json_str_or(component, "summary", ""));
	m.location = text_printable(json_str_or(component, "location", ""));
	m.agenda = text_printable_lines(json_str_or(component, "agenda", ""));
	m.decisive =
		json_bool_or(json_object_get(component, "utskick"), "decisive", false);
	str_auto *day = clock_day(m.starts_at);
	place(o, e, day, &placing, &m);
	m.code = wished_code(&placing, day);
	if (twins_check(o, e, &m, known, now, &same, err) < 0 ||
		(known ? change : add)(o, claim, &m, component, now, err) < 0)
		return -1;
	return same ? keep_alive(o, claim, same, seen, err) : 0;
}

int meeting_entry_put(struct office *o, const struct calendar_entry *entry, int64_t now,
	json_t *seen, struct err *err)
{
	struct claim claim = claim_of(o, entry);
	int counts = claim_known(o, &claim, entry, err);

	if (counts < 0 || (counts && put(o, &claim, entry, now, seen, err) < 0))
		return -1;
	json_array_append_new(seen, json_integer(claim.meeting_id));
	return 0;
}
