/*
 * The files of a calendar entry that go out with its invitations, up to the size that
 * the settings allow.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "base/err.h"
#include "config/settings.h"
#include "mail/mime-write.h"
#include "store/blob.h"
#include "store/db.h"
#include "store/meeting.h"

/* [{name, media_type, size, sha256} or {name, link}]: those that are sent along or
 * named, in the entry's order; new reference. */
json_t *meeting_files_list(const struct settings *s, const struct meeting *m);

struct meeting_files {
	json_t *all;
	struct mime_file *list;
	struct blob *blobs;
	size_t count;
};

#define MEETING_FILES_NONE ((struct meeting_files){NULL, NULL, NULL, 0})

/* With their bytes, which are read from the store when they are wanted; links are left
 * out. */
int meeting_files_load(struct db *db, const struct settings *s, const struct meeting *m,
	struct meeting_files *ret, struct err *err);
/* Letters that have them with them: invitation, invitation-again, update. */
bool meeting_files_go_with(const char *kind);

void meeting_files_deinit(struct meeting_files *f);
#define meeting_files_auto                                                             \
	__attribute__((cleanup(meeting_files_deinit))) struct meeting_files
