/*
 * One entry of `calendars`: just one of folder, url, caldav and mail is there. Paths
 * are absolute, strings borrowed from the settings.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct calendar_settings {
	const char *name;
	const char *folder;
	const char *url;	/* of an iCalendar file, https */
	const char *caldav;	/* where a collection is found from, https */
	const char *collection; /* its displayed name; NULL: name, or the only one */
	bool mail;		/* what is mailed to the mailbox */
	const char *user;	/* NULL: nobody signs in */
	const char *secret_file;
	const char *secret_credential;
	const char *ca_file; /* NULL: the system's */
	int poll_minutes;
	int timeout_seconds;
	int64_t largest;     /* bytes of one answer */
	const char *council; /* all its entries concern this council; NULL */
	const char *kind;    /* NULL */
	/* Of what is mailed: */
	const json_t *mail_from; /* addresses that may plan, beside the unit's */
	bool answer;
	int answers_per_day;
	int messages; /* kept of one entry at most */
};

struct settings;

/* NULL where there is none. */
const struct calendar_settings *settings_calendar(
	const struct settings *s, const char *name);
/* What is mailed; there is one. */
const struct calendar_settings *settings_mail_calendar(const struct settings *s);
