/*
 * Files that come beside a calendar in the mail that invites the mailbox: the agenda
 * that somebody has put into his invitation. They go along like those of the entry.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"
#include "office/handler.h"

/* Keeps the files as blobs and lists them in c->files ([{name, media_type, sha256,
 * size}]), as far as limits.attachments_mib goes. Asks the reader, so never inside a
 * transaction. */
int meeting_mail_files_take(struct office *o, struct mail_case *c, struct err *err);

/* Adds what came beside the calendars that count of a source to the attachments of the
 * components that they speak of. A date whose own mail has no files has those of the
 * series. */
int meeting_mail_files_add(
	struct office *o, int64_t source_id, const json_t *calendar, struct err *err);
