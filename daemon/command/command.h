/*
 * `utskick VERB`: what a verb is, and what it is given. A file and an entry in verbs.c
 * for each.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "command/arguments.h"
#include "command/out.h"
#include "config/config.h"
#include "store/db.h"

enum command_exit {
	COMMAND_DONE = 0,
	COMMAND_ACT = 1, /* something to act on; a thing asked for that is not there */
	COMMAND_USAGE = 2,
	COMMAND_LATER = 75, /* temporary: a locked store, a full disk */
};

struct command {
	const struct arguments *args;
	struct out out;
	struct config
		*config; /* NULL: not needed, or not readable where that is allowed */
	struct db *db;
	int64_t now;
};

enum need_config { CONFIG_NONE, CONFIG_IF_READABLE, CONFIG_MUST };
enum need_store { STORE_NONE, STORE_READ, STORE_WRITE };

struct verb {
	const char *name;
	const char *usage; /* what follows the name */
	const char *describe;
	size_t words_min, words_max;
	unsigned int options; /* of enum verb_option */
	enum need_config config;
	enum need_store store;
	/* enum command_exit, or -1 with err: its kind tells the exit code. */
	int (*run)(struct command *c, struct err *err);
};

/* NULL behind the last. */
const struct verb *verb_at(size_t index);
/* NULL where there is none. */
const struct verb *verb_find(const char *name);

extern const struct verb verb_status, verb_plan, verb_meeting, verb_explain,
	verb_preview, verb_held, verb_release, verb_refuse, verb_rerun, verb_resend,
	verb_read, verb_render, verb_export, verb_sign_in, verb_withdraw, verb_search,
	verb_questions, verb_close, verb_retention;

/* The whole program behind its main: an exit code. */
int command_main(int argc, char **argv, int64_t now);

/* Says what was wrong with the words given. Returns COMMAND_USAGE. */
int command_usage(const struct err *err);
/* Says "nothing is called ID here ..." in words, and that this is to be acted on. */
int command_not_found(const char *what, const char *id, const char *where);
