/*
 * The coordinator's word on what is held, kept in the store and told to the office.
 */
#pragma once

#include "command/command.h"
#include "store/held.h"

/* release ID and refuse ID: an exit code or -1. */
int held_word(struct command *c, enum held_state word, struct err *err);
/* Who types: the login name, also behind sudo; the caller frees. */
char *held_user(void);
/* Wakes the office; says to people when it will be done. */
void held_wake(struct command *c, const json_t *done, const char *what);
