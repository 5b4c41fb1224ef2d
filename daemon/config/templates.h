/*
 * The words that go out: DIR/LANGUAGE/NAME.mustache and .json, read whole.
 */
#pragma once

#include <jansson.h>

#include "base/problems.h"
#include "config/config.h"

/*
 * {"sv/invitation.txt.mustache": text, ...}; new reference. What is wrong with a file
 * goes to ret_problems. check_template may be NULL.
 */
json_t *templates_read(const char *dir, config_template_fn check_template,
	struct problems *ret_problems);
/* True where there is a file of that language among them. */
bool templates_have(const json_t *templates, const char *language);
