/*
 * What people typed into an entry, without the HTML that calendar programs put around
 * it: DESCRIPTION, where some write HTML too, and X-ALT-DESC.
 */
#pragma once

#include <stdbool.h>

/*
 * Lines end with \n. Tags go, <br> and blocks end lines, character references are
 * decoded, a mailto: link's address stands in angle brackets behind its words. Text
 * that only looks a little like HTML ("<bo@x.example>") stays. is_html: it is HTML
 * whatever it looks like. The caller frees.
 */
char *plain_text(const char *s, bool is_html);
