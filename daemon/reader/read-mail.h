/*
 * A mail with its calendars: mail/ and calendar/ do not know each other, this joins
 * what they say.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "calendar/calendar-read.h"
#include "mail/mail-read.h"
#include "reader/file-check.h"

struct reader_limits {
	struct mail_limits mail;
	struct calendar_limits calendar;
	struct file_limits file;
};

/* Those of a question's `limits` (NULL: none), defaults for the rest. */
struct reader_limits reader_limits(const json_t *stated);

/* New reference: what mail_read says, with `calendars`, `answers` and class `itip`. */
json_t *read_mail(const void *bytes, size_t len, const struct reader_limits *limits,
	const char *zone);
