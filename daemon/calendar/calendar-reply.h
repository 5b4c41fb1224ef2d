/*
 * The mailbox's own answer to an invitation: METHOD REPLY (RFC 5546, 3.2.3).
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"

struct calendar_reply {
	const char *uid;
	/* Of single dates, as the reader writes them: "20260914T160000Z", "20260914";
	 * []: of all of it. */
	const json_t *recurrence_ids;
	int sequence; /* of what is answered; -1: it had none */
	int64_t dtstamp;
	const char *summary;
	const char *organizer_name;
	const char *organizer_address;
	const char *attendee_name;
	const char *attendee_address;
};

/* PARTSTAT=ACCEPTED. CRLF text; the caller frees. NULL: a control byte in an address or
 * the uid. */
char *calendar_write_accepted(const struct calendar_reply *reply, struct err *err);
