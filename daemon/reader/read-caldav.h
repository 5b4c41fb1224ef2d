/*
 * A CalDAV server's answer (WebDAV multistatus, RFC 4918 13; RFC 4791; RFC 6578) as
 * JSON. XML is from outside: no document type, no entities of its own, nothing fetched.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>

/* More responses than this in one answer are a server out of its mind. */
#define READ_CALDAV_RESPONSES 100000

/* New reference: PROTOCOL.md says what it holds, or {"broken", "what"}. */
json_t *read_caldav(const void *bytes, size_t len);
/* Whatever libxml2 loads at its first use. */
void read_caldav_warm_up(void);
