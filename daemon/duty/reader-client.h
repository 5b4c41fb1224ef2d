/*
 * Asking the sealed reader, from the office, the command and --check. The reader is
 * this very program again, started at the first question and after it died
 * (reader/PROTOCOL.md).
 */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/child.h"
#include "base/err.h"
#include "base/mem.h"
#include "calendar/calendar-read.h"
#include "config/settings.h"

enum reader_outcome {
	READER_OK,
	READER_BROKEN,	/* ret: {"broken": reason code, "what": words} */
	READER_CRASHED, /* it died over these bytes; err says how */
	READER_SLOW,	/* it was ended at its time limit */
};

struct reader;

/* settings are borrowed for the reader's life. What is large lies in a file without a
 * name in that folder while it is read; NULL: in the reader's memory. */
struct reader *reader_new(const struct reader_settings *settings, const char *folder);

/* ret: what is said, a new reference; NULL unless OK or BROKEN. */
enum reader_outcome reader_mail(
	struct reader *r, const struct content *mail, json_t **ret, struct err *err);
/* With `parts`, too. */
enum reader_outcome reader_mail_in_full(
	struct reader *r, const struct content *mail, json_t **ret, struct err *err);
enum reader_outcome reader_calendar(struct reader *r, const void *bytes, size_t len,
	const struct calendar_window *window, json_t **ret, struct err *err);
/* Two mails on their way, so that the reader has one while the answer about the other
 * is dealt with: base/child.h. At most READER_AHEAD bytes. */
#define READER_AHEAD CHILD_AHEAD
void reader_mail_put(struct reader *r, const void *bytes, size_t len);
enum reader_outcome reader_mail_take(struct reader *r, json_t **ret, struct err *err);
void reader_mail_drop(struct reader *r);
/* The text of a mail's calendar, by its place among said.calendars. */
enum reader_outcome reader_mailed(struct reader *r, const struct content *mail,
	size_t index, struct buf *ret, struct err *err);
/* A CalDAV server's answer. */
enum reader_outcome reader_caldav(
	struct reader *r, const void *bytes, size_t len, json_t **ret, struct err *err);
/* The decoded bytes of the leaf part with that SHA-256 go to bytes as they come;
 * READER_BROKEN where there is none. */
enum reader_outcome reader_part(struct reader *r, const struct content *mail,
	const char *sha256, const struct sink *bytes, struct err *err);
/* The same of what is attached to an entry of a calendar. */
enum reader_outcome reader_attachment(struct reader *r, const void *bytes, size_t len,
	const char *sha256, struct buf *ret, struct err *err);
/* One file by its content; ret: media_type, refused, what, is_encrypted; ret_text: what
 * is written in it. */
enum reader_outcome reader_file(struct reader *r, const struct content *file,
	const char *name, json_t **ret, struct buf *ret_text, struct err *err);
/* The files in a winmail.dat; ret: files with name, size, sha256; their bytes go to
 * contents, one behind the other. */
enum reader_outcome reader_tnef(struct reader *r, const struct content *file,
	json_t **ret, const struct sink *contents, struct err *err);

void reader_free(struct reader *r);
DEFINE_FREEP(reader, struct reader, reader_free)
#define reader_auto __attribute__((cleanup(reader_freep))) struct reader
