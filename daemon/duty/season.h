/*
 * A year as a whole: each council's meetings, the inspection that each district is owed
 * in spring and in autumn, and what is missing, late, or cannot be as it stands.
 * Computed from calendar, directory and deliveries; nothing of it is kept.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"
#include "config/config.h"
#include "store/db.h"

#define SEASON_FIRST_YEAR 1971
#define SEASON_LAST_YEAR 9998

/*
 * New reference, NULL with err; times RFC 3339, days YYYY-MM-DD. {
 *   year, now, language, office, unit,
 *   seasons: [{season: "spring" | "autumn", from, to (the day after its last),
 *     is_read: how far the calendars were ever worked through covers it}],
 *   inspections: whether the office has inspections at all, inspection_name,
 *   holidays: [{day, key, name, kind: "law" | "eve"}],
 *   councils: [{id, name, from, to, meetings: [meeting],
 *     seasons: {spring: {inspection, meeting: code, day, meetings}, autumn: {...}}}],
 *   missing: [{what: "inspection" | "meeting", council, council_name, season, from,
 *     to}],
 *   late: [{what: "invitation" | "not-invited" | "minutes", meeting: code, title,
 *     council, council_name, starts_at, due_at, is_short}],
 *   clashes: [{meetings: [code, code], who, place, starts_at, is_ahead}],
 *   clash_count: all, where the list has only the first,
 *   on_holidays: [{meeting: code, title, council_name, day, key, name, kind,
 * is_ahead}], unplaced: [{code, title, starts_at, reason, is_ahead}], needs_person:
 * something is missing or late, or to be moved while it still can be
 * }
 * inspection: the furthest that one of that season has come ("planned", "invited",
 * "held", "minuted"), "missing", "unknown" (nothing found, and the calendar was not
 * read so far), or "none": not owed, as the council is there for less than half of it.
 * meeting: {uid, code, title, kind, kind_name, is_inspection, season, location, day,
 * starts_at, ends_at, all_day, decisive, state: as inspection, or "cancelled",
 * invitation_at, invited_at, minutes_due_at, owed, reached, lead_days, chair,
 * secretary, notes: ["lead-time", "short-notice", "not-invited", "minutes-late",
 * "holiday", "clash"]}.
 */
json_t *season_plan(const struct config *config, struct db *db, int year, int64_t now,
	struct err *err);
