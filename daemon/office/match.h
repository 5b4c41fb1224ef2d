/*
 * Which meeting a mail is about: a token of ours that it quotes, a subject code, a date
 * with a council, or the one meeting whose minutes its sender still owes. Two
 * candidates: none is taken.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "office/handler.h"

enum match { MATCH_NONE, MATCH_ONE, MATCH_SEVERAL };

/* MATCH_ONE fills ret_meeting. -1 on error. */
int match_meeting(struct office *o, const struct mail_case *c, int64_t *ret_meeting,
	struct err *err);
/* The meeting whose code stands in the subject: 1 one, 0 none or several, -1. */
int match_code(struct office *o, const struct mail_case *c, int64_t *ret_meeting,
	struct err *err);
/*
 * Where none or several fit: the meetings that fit equally well, else those of these
 * days whose minutes are owed, the newest first; at most 9 ids. New reference; NULL
 * with err.
 */
json_t *match_choices(struct office *o, const struct mail_case *c, struct err *err);
/* True where address may hand in minutes for the meeting: secretary, chair, security
 * unit, coordinator. */
int match_may_hand_in(
	struct office *o, int64_t meeting_id, const char *address, struct err *err);
/* Secretary or chair of some meeting these days: a file from him is minutes. */
int match_is_hander(
	struct office *o, const char *address, int64_t now, struct err *err);
