/*
 * Folder names on the wire: modified UTF-7 (RFC 3501 section 5.1.3) and the server's
 * own delimiter. Inside net/ only.
 */
#pragma once

#include "base/err.h"

/* UTF-8 with "/" between levels -> the server's name; the caller frees. NULL
 * (ERR_PERM): not UTF-8, empty, or with control bytes. A delimiter within a level is
 * written as "_". delimiter '\0': no levels, "/" stays. */
char *folder_to_wire(const char *name, char delimiter, struct err *err);
/* The other way; the caller frees. NULL where it is no such name, or could not be said
 * again in this way. */
char *folder_from_wire(const char *name, char delimiter);
