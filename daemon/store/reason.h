/*
 * Why a mail, a meeting or a delivery ended as it did: one code each, with a sentence
 * that `utskick explain` prints. Codes are stored as their names; a name once used
 * keeps its meaning.
 */
#pragma once

#include <stddef.h>

/* "minutes-accepted" -> "The meeting's secretary handed these minutes in; ...". NULL:
 * no such code. */
const char *reason_sentence(const char *code);
/* The table in order of its codes, for the manual and for tests. */
const char *reason_code_at(size_t index); /* NULL behind the last */
