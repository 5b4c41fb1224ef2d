/*
 * What a person wrote: HTML as text, and text without what was quoted below and without
 * signature.
 */
#pragma once

#include <stddef.h>

#include "base/buf.h"

/*
 * Appends HTML, valid UTF-8, as lines of text; what stands in a blockquote is marked
 * with "> ". Nothing is loaded, run or followed (libxml2).
 */
void mail_text_from_html(struct buf *to, const char *html, size_t len);
/* Sets libxml2 up. Once, before the process is sealed. */
void mail_text_warm_up(void);
/*
 * Lines without quoted ones ("> "), all below "-- ", "-----Original Message-----", a
 * header block ("Från: ... Skickat: ...") or "Den ... skrev ...:" that nothing quoted
 * with ">" follows, a phone's "Skickat från min ..."; without notices that servers and
 * offices add, and without the farewell and the name below it. LF line ends, none at
 * the end. The caller frees.
 */
char *mail_text_trim(const char *text);
