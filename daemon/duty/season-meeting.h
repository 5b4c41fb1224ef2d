/*
 * One meeting in the year's plan: how far it has come, and what is wrong with it. Part
 * of duty/season.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "store/timetable.h"

enum season_state {
	SEASON_CANCELLED,
	SEASON_PLANNED,
	SEASON_INVITED,
	SEASON_HELD,
	SEASON_MINUTED,
};

/* "planned"; borrowed. */
const char *season_state_name(enum season_state state);
enum season_state season_state_of(const struct timetable_row *row, int64_t now);

enum season_lateness {
	SEASON_IN_TIME,
	SEASON_INVITATION_LATE, /* ahead, not told, and its invitation was due */
	SEASON_NOT_INVITED,	/* over, though it was known before, nobody was told */
	SEASON_MINUTES_LATE,
};

enum season_lateness season_lateness_of(
	const struct settings *s, const struct timetable_row *row, int64_t now);
/* When that was due; 0 where nothing is late. */
int64_t season_due_at(const struct settings *s, const struct timetable_row *row,
	enum season_lateness lateness);
/* The meeting as season_plan has it, without season and holiday; new reference. */
json_t *season_meeting(
	const struct config *config, const struct timetable_row *row, int64_t now);
/* In the office's language; borrowed. */
const char *season_kind_name(const struct settings *s, const char *id);
/* Adds a word to the meeting's notes, once. */
void season_note(json_t *meeting, const char *note);
