/*
 * The coordinator's mails with commands: what each line did, until that is told back.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"

struct db;

/* lines: what is told back of each; those with "held" are looked up when they are
 * carried out. about: "held:12" or "daily:3". */
int command_mail_add(struct db *db, int64_t incoming_id, const char *about,
	const json_t *lines, int64_t now, struct err *err);
/* Not told back yet, the first above after: 1 with its id and a new reference to its
 * lines, 0, -1. */
int command_mail_next(struct db *db, int64_t after, int64_t *ret_incoming_id,
	json_t **ret_lines, struct err *err);
int command_mail_set_told(
	struct db *db, int64_t incoming_id, int64_t now, struct err *err);
/* 1 where a mail with that Message-ID was acted upon already, 0, -1. */
int command_mail_is_replay(struct db *db, const char *message_id, struct err *err);
