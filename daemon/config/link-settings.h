/*
 * What calendar entries have attached by an address.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct link_settings {
	bool fetch;
	const json_t *private_hosts; /* names */
	const char *ca_file;	     /* of those; NULL: the system's */
	int64_t largest;
	int timeout_seconds;
	int wait_minutes;
	int again_hours;
};
