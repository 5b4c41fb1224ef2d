/*
 * A program started between two pipes; for child.c.
 */
#pragma once

#include <sys/types.h>

#include "base/err.h"

/* What a shell says of a program that cannot be run: its exit code then. */
#define CHILD_NOT_RUN 127

/* lent: a descriptor that it has as CHILD_FD; -1: none. The pipes' ends do not block.
 * The pid, 0 with err where there is none. */
pid_t child_start(char **argv, int lent, int *ret_to, int *ret_from, struct err *err);
