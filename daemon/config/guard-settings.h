/*
 * Who answers questions, brakes against loops and floods, and what is removed when:
 * "questions", "limits" and "retention" in utskick.json.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct question_settings {
	bool forward;
	const char *to;	 /* NULL: the security unit's first address */
	int remind_days; /* 0: never */
	size_t longest;	 /* bytes */
	int per_sender_per_day;
};

struct limit_settings {
	int held_notices_per_day;
	int received_fields;
	int same_mail_per_day;
};

/* One class of mail; days or years, the other is 0. */
struct retention_settings {
	const char *class;
	int keep_days;
	int keep_years;
	const char *decision;
};
