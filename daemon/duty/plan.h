/*
 * What a meeting owes and when: the rule that both the office (which does it) and
 * `utskick plan` (which only shows it) ask. Times are UTC seconds, days local.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "config/config.h"
#include "store/db.h"
#include "store/directory.h"
#include "store/meeting.h"

/* When the invitation falls due: invitation_days before, at the hour
 * planning.send_hour. */
int64_t plan_invitation_at(const struct settings *s, const struct meeting *m);
/* End of the day on which the minutes are due. 0: this kind has none. */
int64_t plan_minutes_due_at(const struct settings *s, const struct meeting *m);
/* True where the lead time is shorter than warn_days by now. */
bool plan_is_short_notice(
	const struct settings *s, const struct meeting *m, int64_t now);
/* Everyone who is owed this meeting's papers on the day of now. */
int plan_recipients(struct db *db, const struct settings *s, const struct meeting *m,
	int64_t now, struct recipients *ret, struct err *err);

/*
 * Where deputies are called one by one: true for one of them until he is called. role:
 * as recipients have it; called: called_list.
 */
bool plan_waits_for_call(const struct settings *s, const struct meeting *m,
	const char *role, const char *person, const json_t *called);
/* The same of one who was invited, by his id in the directory (NULL: in none). 1, 0,
 * -1. */
int plan_is_for_information(struct db *db, const struct settings *s,
	const struct meeting *m, const char *person, int64_t now, struct err *err);
/* Seconds that a meeting waits for a file on a server that does not answer; a single
 * run, after which nobody may come for long, waits for none. */
int64_t plan_links_wait(const struct settings *s, bool is_single_run);
/* When those who have not answered a call are reminded. 0: never. */
int64_t plan_reminder_at(const struct settings *s, const struct meeting *m);

/* ---- what the committees were last told of a meeting, and what has changed since ----
 */

enum plan_change {
	PLAN_SAME = 0,
	PLAN_TIME = 1,
	PLAN_PLACE = 2,
	PLAN_TEXT = 4,	 /* title, agenda, files */
	PLAN_CALLED = 8, /* became or ceased to be a call that asks for attendance */
	PLAN_CANCELLED = 16,
	PLAN_REVIVED = 32, /* was told cancelled, is planned again */
};

/* {"version", "starts_at", "ends_at", "location", ...}; new reference. */
json_t *plan_told(const struct meeting *m, int version);
/* Bits of enum plan_change between what was told (m->told, never NULL here) and m. */
unsigned int plan_changes(const struct meeting *m, const json_t *told);
/* A change after which an earlier answer no longer holds, and SEQUENCE rises (RFC
 * 5546 2.1.4). */
bool plan_change_is_significant(unsigned int changes);

/* ---- who has been told what ---- */

/* Letters after which a recipient knows the meeting as it then was: invitation, update,
 * cancellation, withdrawal (to who is no longer owed it). */
bool plan_tells_of_meeting(const char *kind);

/*
 * address -> {"version", "kind", "person", "name", "committee", "delivery", "sent_at",
 * "is_lost"} of the last of those letters that went or will go there; withdrawn ones do
 * not count. New reference; NULL with err.
 */
json_t *plan_told_versions(struct db *db, int64_t meeting_id, struct err *err);
