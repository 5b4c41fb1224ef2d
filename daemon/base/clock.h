/*
 * Time as seconds since 1970 UTC (`*_at`), and its ways in and out. Only the main
 * function of a worker reads the clock; everything below gets `now`. Local time is
 * that of the zone given to clock_set_zone, once at the start of a process.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Where the clock is set by --now: real time moves on from there. 0: the real clock. */
void clock_start_at(int64_t now);
/* For the mains of workers only. */
int64_t clock_now(void);
/* Monotonic milliseconds, for deadlines. */
int64_t clock_monotonic_ms(void);

/* False where /usr/share/zoneinfo has no such zone. */
bool clock_zone_exists(const char *name);
/* Sets TZ for the process. */
void clock_set_zone(const char *name);

/* RFC 3339, offset or Z demanded. False where it is none. */
bool clock_parse(const char *s, int64_t *ret_at);
/* YYYY-MM-DD alone: local midnight at its start. Also takes what clock_parse takes. */
bool clock_parse_day(const char *s, int64_t *ret_at);
/* RFC 3339 in local time with its offset; the caller frees. */
char *clock_format(int64_t at);
/* RFC 3339 in UTC, "2026-09-01T06:00:00Z"; the caller frees. */
char *clock_format_utc(int64_t at);
/* YYYY-MM-DD, local; the caller frees. */
char *clock_day(int64_t at);
/* RFC 5322 date-time, local with offset, English names; the caller frees. */
char *clock_format_mail(int64_t at);
struct tm clock_local(int64_t at);
/* Local civil time to UTC seconds; fields may overflow as in mktime. */
int64_t clock_from_local(struct tm tm);
/* The same local wall time n days later (negative: earlier), across DST. */
int64_t clock_add_days(int64_t at, int days);
/* ISO 8601 week number, local. */
int clock_iso_week(int64_t at);
