/*
 * A header field's raw value, only to show a person which mail is meant; nothing is
 * decoded.
 */
#pragma once

/* Unfolded and printable, at most a line of 500 bytes; the caller frees. NULL where
 * there is no such field. */
char *header_line_value(const char *header, const char *name);
