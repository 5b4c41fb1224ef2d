/*
 * What is allowed and dangerous: said at each start, by --check and in `utskick
 * status`.
 */
#pragma once

#include <jansson.h>

#include "config/settings.h"

/* ["imap.insecure_no_verification is true: ..."]; new reference. */
json_t *config_warnings(const struct settings *s);
