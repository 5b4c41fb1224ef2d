/*
 * One look at a CalDAV collection: what has changed since the last one (RFC 6578), or
 * the whole list by ETags where the server cannot say, and the objects that changed.
 */
#pragma once

#include "intake/fetching.h"

struct caldav;

/* f is borrowed for the look's life; f->known says what was there at the last one. */
struct caldav *caldav_new(struct fetching *f);
enum fetch caldav_step(struct caldav *c, int64_t now, struct err *err);
void caldav_free(struct caldav *c);
DEFINE_FREEP(caldav, struct caldav, caldav_free)
#define caldav_auto __attribute__((cleanup(caldav_freep))) struct caldav
