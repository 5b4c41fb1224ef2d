/*
 * What things are called for people, and times as they read them. Strings returned as
 * char * are the caller's to free.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "config/settings.h"
#include "store/meeting.h"

/* "2026-09-14 18:00" of an RFC 3339 time or of UTC seconds; "" for NULL and 0. */
char *names_moment(const char *rfc3339);
char *names_moment_at(int64_t at);
/* For tables: "18:00" on the day of now, else "14 Sep", with its year where that is
 * another. */
char *names_short(const char *rfc3339, int64_t now);
/* "Anna Ek <anna@x.example>", or the address alone. */
char *names_person(const char *name, const char *address);
/* "3 days", "2 h 5 min", "40 s": the two largest units that matter. */
char *names_span(int64_t seconds);
/* "1 mail", "3 mails". */
char *names_count(int64_t n, const char *one, const char *several);

/* A delivery's state, an answer, a letter's kind; the word itself where it is none.
 * Borrowed. */
const char *names_state(const char *state);
const char *names_partstat(const char *partstat);
const char *names_letter(const char *kind);
/* A reason's sentence, or the code itself; "" for NULL. Borrowed. */
const char *names_reason(const char *code);
/* A kind of meeting in English, else in the office's language, else its id; settings
 * may be NULL. Borrowed. */
const char *names_kind(const struct settings *s, const char *id);

/* UTC seconds as an RFC 3339 member; nothing for 0. */
void names_put_time(json_t *object, const char *key, int64_t at);
/*
 * A meeting: code, title, kind, kind_name, council, council_name, starts_at ... as
 * `export meetings` has them. names: overview_names. New reference.
 */
json_t *names_meeting(
	const struct meeting *m, const struct settings *s, const json_t *names);
/* "2026-09-14 18:00  EKH-2026-09-14  title". */
char *names_meeting_line(const json_t *meeting);
