#include <string.h>

#include "command/command.h"

static const struct verb *const verbs[] = {&verb_status, &verb_plan, &verb_meeting,
	&verb_explain, &verb_preview, &verb_held, &verb_release, &verb_refuse,
	&verb_questions, &verb_close, &verb_retention, &verb_rerun, &verb_resend,
	&verb_withdraw, &verb_search, &verb_read, &verb_render, &verb_export,
	&verb_sign_in};
#define VERB_COUNT (sizeof(verbs) / sizeof(*verbs))

const struct verb *verb_at(size_t index)
{
	return index < VERB_COUNT ? verbs[index] : NULL;
}

const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < VERB_COUNT; i++)
		if (strcmp(verbs[i]->name, name) == 0)
			return verbs[i];
	return NULL;
}
