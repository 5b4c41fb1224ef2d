/*
 * The coordinator's answers by mail: which question of ours a mail answers, what each
 * of its lines does, and what is told back.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"
#include "office/handler.h"
#include "store/held.h"

/* What is answered. */
enum command_about { COMMAND_NOTHING, COMMAND_HELD, COMMAND_DAILY };

struct command_target {
	enum command_about about;
	int64_t id; /* of the held matter, or of the daily mail */
};

/* The code that goes into a subject, "H12-abcde"; only who knows our key can make it.
 * The caller frees. */
char *command_code(const struct office *o, enum command_about about, int64_t id);
/* What the code of a subject (NULL: none) is of. */
struct command_target command_target_of_code(const struct office *o, const char *code);
/* By the Message-ID that the mail quotes, else by its code. -1 on error. */
int command_target_of(struct office *o, const struct mail_case *c,
	struct command_target *ret, struct err *err);

/*
 * One line of an answer: {"line", "number", "done"}, done being words (compose_order's
 * extra): names.done.CODE over data, which it takes (NULL: none). New reference.
 */
json_t *command_line(const json_t *said, const char *code, json_t *data);
/* What was said of a held matter: decides it where that is clear. Appends to lines. */
int command_held(struct office *o, int64_t held_id, const json_t *said, int64_t now,
	json_t *lines, struct err *err);

/* Tells back what was done, once all of it is. Count of mails, -1. Own transactions. */
int command_work(struct office *o, int64_t now, struct err *err);
