/*
 * What is attached to an entry (RFC 5545, 3.8.1.1): bytes that stand in it, a file
 * beside the calendar, or an address.
 */
#pragma once

#include <jansson.h>
#include <libical/ical.h>
#include <stdbool.h>

#include "base/buf.h"

/*
 * [{name, media_type, and one of: size with sha256, beside, link}]; new reference, or
 * NULL where nothing is attached. Of files only a plain name is taken, of addresses
 * http and https.
 */
json_t *attachments_read(icalcomponent *c);
/* Adds the bytes with that SHA-256 to ret. True where the calendar has them. */
bool attachments_find(icalcomponent *calendar, const char *sha256, struct buf *ret);
