/*
 * Small facts about strings: valid UTF-8, control bytes, trimming, comparing. Letters
 * are compared in the ASCII way unless the name says fold.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool text_is_utf8(const char *bytes, size_t len);
/* A byte below 0x20, 0x7f, or NUL within len. */
bool text_has_controls(const char *bytes, size_t len);
bool text_equal_nocase(const char *a, const char *b);
bool text_starts(const char *s, const char *prefix);
bool text_starts_nocase(const char *s, const char *prefix);
/* True where s starts with one of an array's words. */
#define TEXT_STARTS_ONE(s, list)                                                       \
	text_starts_one(s, list, sizeof(list) / sizeof((list)[0]))
bool text_starts_one(const char *s, const char *const *list, size_t count);
/* Copy without white space at both ends; the caller frees. */
char *text_trim(const char *s);
/*
 * Copy that is safe to print: invalid UTF-8 becomes U+FFFD, control characters (C0, C1,
 * DEL) and bidirectional marks become \xNN or \uNNNN; the caller frees (A4, A26).
 */
char *text_printable(const char *s);
/* As text_printable, but keeps \n and \t. */
char *text_printable_lines(const char *s);
/* Lower case for ASCII, Latin-1 and Latin Extended-A letters (å ä ö é ü ...); caller
 * frees. */
char *text_fold(const char *s);
/* True where needle, both folded, stands in s at word boundaries. "" is never found. */
bool text_has_word_folded(const char *s, const char *needle);
/* The same of a word that is not folded. */
bool text_has_word(const char *folded, const char *word);
/* Next code point; *s moves on; U+FFFD for each byte that is not UTF-8; 0 at end. */
uint32_t text_next_char(const char **s, const char *end);
void text_put_char(char out[5], uint32_t c);
