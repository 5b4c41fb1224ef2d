/*
 * What `status` shows of members' questions that wait for an answer.
 */
#pragma once

#include <jansson.h>

#include "command/command.h"

/* As question_open_list, times in RFC 3339; new reference, NULL with err. */
json_t *status_questions(const struct command *c, struct err *err);
/* True where one waits although its contact was reminded. */
bool status_has_late_question(const json_t *questions);
void status_print_questions(const struct out *o, const json_t *questions);
