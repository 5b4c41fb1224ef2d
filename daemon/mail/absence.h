/*
 * Until when an automatic answer says that its owner is away, in the languages of those
 * who write to a Swedish office.
 */
#pragma once

#include <stdbool.h>

/*
 * The date that a text names as the end of an absence, "2026-08-12"; NULL where it
 * names none. sent: RFC 3339, when it was written, for a date without a year; NULL: not
 * known, then only a whole date counts. ret_is_return: it is the day on which the
 * person is back, not the last one away. The caller frees.
 */
char *absence_until(const char *text, const char *sent, bool *ret_is_return);
