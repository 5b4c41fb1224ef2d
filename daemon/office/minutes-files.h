/*
 * The files of a mail that hands in minutes: taken out of it, unpacked where it is a
 * winmail.dat, checked by content and read. Asks other processes, so never inside a
 * transaction.
 */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "office/handler.h"

/* What a mail client adds by itself and nobody hands in, by what the mail calls it. */
bool minutes_files_is_ornament(const json_t *attachment);
/* Of a type that is taken, by what the mail calls it; or one that may be anything. */
bool minutes_files_may_be(const struct office *o, const json_t *attachment);
/*
 * Fills c->files ([{name, media_type, size, sha256, refused, what, note}], refused: a
 * reason code, absent where nothing stands against it; found: what the scanner calls
 * it), spools, texts and refusal.
 * -1: a file could not be had.
 */
int minutes_files_take(struct office *o, struct mail_case *c, struct err *err);
/* What an attachment of the mail holds, decoded. -1. */
int minutes_files_take_out(struct office *o, const struct mail_case *c,
	const json_t *attachment, struct spool *ret, struct err *err);
/* True for the reason codes of files that have to be sent anew. */
bool minutes_files_is_refusal(const char *reason);
/* What is written in all of them, NULL where nothing was found to read; the caller
 * frees. */
char *minutes_files_text(const struct mail_case *c);
