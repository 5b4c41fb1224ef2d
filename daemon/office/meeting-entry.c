#include "office/meeting-entry.h"

#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "duty/placing.h"
#include "mail/address.h"
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

/* person: {"name", "address"} as the calendar's entry names somebody; NULL: nobody. */
static int put_role(struct office *o, int64_t id, const char *role,
	const json_t *person, struct err *err)
{
	const char *address = json_str_or(person, "address", "");
	str_auto *name = text_printable(json_str_or(person, "name", ""));
	str_auto *normal = address_normal(address);

	/* A name alone is shown, but gives no right to hand in anything. */
	if (!normal && !*name)
		return meeting_role_drop(o->db, id, role, err);
	return meeting_role_put(o->db, id, role, name, normal ? normal : "", err);
}

static int put_roles(
	struct office *o, int64_t id, const json_t *component, struct err *err)
{
	const json_t *lines = json_object_get(component, "utskick");

	if (put_role(o, id, "secretary", json_object_get(lines, "secretary"), err) < 0)
		return -1;
	return put_role(o, id, "chair", json_object_get(lines, "chair"), err);
}

static void place(struct office *o, const struct calendar_settings *calendar,
	const json_t *component, const char *day, struct placing *placing,
	struct meeting *m)
{
	*placing = placing_find(o->config, calendar, component, day);
	m->kind = xstrdup_or_null(placing->kind);
	m->council = xstrdup_or_null(placing->council);
	m->reason = xstrdup_or_null(placing->reason);
	m->state = placing->reason ? MEETING_UNPLACED : MEETING_PLANNED;
	const char *status = json_str_or(component, "status", "");
	if (text_equal_nocase(status, "CANCELLED")) {
		m->state = MEETING_CANCELLED;
		free(m->reason);
		m->reason = xstrdup("meeting-cancelled");
	}
}

/* Sets id where the meeting is known. 1 this source's word counts, or nothing is known;
 * 0 another's does. */
static int claim_known(struct office *o, struct claim *claim, const json_t *occurrence,
	struct err *err)
{
	int found = meeting_find_source_id(o->db, json_str_or(occurrence, "uid", ""),
		json_str_or(occurrence, "recurrence_id", ""), &claim->meeting_id, err);

	if (found < 0)
		return -1;
	return found ? claim_put(o->db, claim, err) : 1;
}

static struct claim claim_of(const struct office *o, int64_t source_id,
	const struct calendar_settings *calendar, const json_t *component)
{
	return (struct claim){
		.source_id = source_id,
		.rank = (int)(calendar - o->config->settings.calendars),
		.sequence = (int)json_int_or(component, "sequence", 0),
		.modified_at = json_int_or(component, "modified", 0),
	};
}

static int put(struct office *o, struct claim *claim,
	const struct calendar_settings *calendar, const json_t *component,
	const json_t *occurrence, int64_t now, struct err *err)
{
	meeting_auto m = MEETING_EMPTY;
	struct placing placing;
	bool is_known = claim->meeting_id != 0;

	m.source_id = claim->source_id;
	m.source_uid = xstrdup(json_str_or(occurrence, "uid", ""));
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
	place(o, calendar, component, day, &placing, &m);
	m.code = wished_code(&placing, day);
	if (meeting_put(o->db, &m, now, &claim->meeting_id, err) < 0 ||
		(!is_known && claim_put(o->db, claim, err) < 0) ||
		meeting_files_put(o->db, claim->meeting_id,
			json_object_get(component, "attachments"), err) < 0)
		return -1;
	return put_roles(o, claim->meeting_id, component, err);
}

int meeting_entry_put(struct office *o, int64_t source_id,
	const struct calendar_settings *calendar, const json_t *component,
	const json_t *occurrence, int64_t now, int64_t *ret_id, struct err *err)
{
	struct claim claim = claim_of(o, source_id, calendar, component);
	int counts = claim_known(o, &claim, occurrence, err);

	if (counts > 0)
		counts = put(o, &claim, calendar, component, occurrence, now, err);
	*ret_id = claim.meeting_id;
	return counts < 0 ? -1 : 0;
}
