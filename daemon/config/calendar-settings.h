/*
 * One entry of `calendars`: just one of folder, url and caldav is there. Paths are
 * absolute, strings borrowed from the settings.
 */
#pragma once

#include <stdint.h>

struct calendar_settings {
	const char *name;
	const char *folder;
	const char *url;	/* of an iCalendar file, https */
	const char *caldav;	/* where a collection is found from, https */
	const char *collection; /* its displayed name; NULL: name, or the only one */
	const char *user;	/* NULL: nobody signs in */
	const char *secret_file;
	const char *secret_credential;
	const char *ca_file; /* NULL: the system's */
	int poll_minutes;
	int timeout_seconds;
	int64_t largest;     /* bytes of one answer */
	const char *council; /* all its entries concern this council; NULL */
	const char *kind;    /* NULL */
};
