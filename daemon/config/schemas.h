/*
 * The two JSON Schemas, which are part of the program: what is checked is what the
 * manual says.
 */
#pragma once

#include <jansson.h>

/* New references. */
json_t *schemas_settings(void);
json_t *schemas_directory(void);
