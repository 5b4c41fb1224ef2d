/*
 * A meeting to come while it is worked on, and a letter about it to one recipient.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"
#include "office/office.h"
#include "store/directory.h"
#include "store/meeting.h"

struct duty {
	struct office *o;
	struct meeting *m;
	const json_t *roles;
	const json_t *told;	/* what was told before; NULL: nothing */
	json_t *last;		/* who was told what last: plan_told_versions */
	json_t *called;		/* deputies: called_list */
	struct recipients owed; /* of today */
	int version;
	unsigned int changes; /* enum plan_change */
	int64_t now;
};

void duty_deinit(struct duty *d);
#define duty_auto __attribute__((cleanup(duty_deinit))) struct duty

struct duty_letter {
	const char *kind;
	const json_t *extra; /* NULL */
	const char *about;   /* what else makes it one of its kind; NULL */
	const char *reason;  /* code */
};

/* With the meeting's calendar. 1 new, 0 was there, -1. */
int duty_letter_post(const struct duty *d, const struct duty_letter *letter,
	const struct recipient *to, struct err *err);
