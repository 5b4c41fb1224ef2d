/*
 * What is allowed and dangerous, or missing on the machine: said at each start, by
 * --check and in `utskick status`.
 */
#pragma once

#include <jansson.h>

#include "config/settings.h"

/* Reads what is written in a PDF; without it no personal number is found there. */
#define PDFTOTEXT "/usr/bin/pdftotext"

/* ["imap.insecure_no_verification is true: ..."]; new reference. */
json_t *config_warnings(const struct settings *s);
