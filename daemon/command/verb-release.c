/* The coordinator's yes. */
#include "command/held-word.h"

static int run(struct command *c, struct err *err)
{
	return held_word(c, HELD_RELEASED, err);
}

const struct verb verb_release = {
	.name = "release",
	.usage = "ID [--meeting ID]",
	.describe = "let what is held be done",
	.words_min = 1,
	.words_max = 1,
	.options = OPTION_MEETING,
	.config = CONFIG_IF_READABLE,
	.store = STORE_WRITE,
	.run = run,
};
