/* What the tests of the calendar share. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "calendar/calendar-read.h"

#define CALENDAR(body) "BEGIN:VCALENDAR\r\n" body "END:VCALENDAR\r\n"
#define EVENT(body) "BEGIN:VEVENT\r\nUID:u\r\n" body "END:VEVENT\r\n"
#define ONE(body) CALENDAR(EVENT(body))
#define AT "DTSTART;TZID=Europe/Stockholm:"

static inline struct calendar_limits test_limits(void)
{
	return (struct calendar_limits){.size_max = 1 << 20,
		.line_max = 1 << 18,
		.depth = 10,
		.components_max = 1000,
		.occurrences_max = 100};
}

static inline json_t *read_bytes(
	const char *bytes, size_t len, const char *from, const char *to)
{
	struct calendar_limits limits = test_limits();
	struct calendar_window window = {.zone = "Europe/Stockholm", .in_words = true};

	if (from) {
		assert_true(clock_parse(from, &window.from));
		assert_true(clock_parse(to, &window.to));
	}
	return calendar_read(bytes, len, &limits, &window);
}

static inline json_t *read_text(const char *text)
{
	return read_bytes(text, strlen(text), NULL, NULL);
}

static inline json_t *read_year(const char *text)
{
	return read_bytes(text, strlen(text), "2026-01-01T00:00:00+01:00",
		"2027-01-01T00:00:00+01:00");
}

/* "/components/0/uid"; NULL where there is none; borrowed. */
static inline const json_t *at_path(const json_t *value, const char *path)
{
	while (value && *path == '/') {
		size_t len = strcspn(++path, "/");
		str_auto *step = xstrndup(path, len);
		path += len;
		value = json_is_array(value)
				? json_array_get(value, strtoul(step, NULL, 10))
				: json_object_get(value, step);
	}
	return value;
}

/* A string as it is, anything else as JSON, "" where there is none; the caller frees.
 */
static inline char *text_at(const json_t *value, const char *path)
{
	const json_t *found = at_path(value, path);

	if (!found)
		return xstrdup("");
	return json_is_string(found) ? xstrdup(json_string_value(found))
				     : json_text(found);
}
