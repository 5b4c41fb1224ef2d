/* The coordinator's no. */
#include "command/held-word.h"

static int run(struct command *c, struct err *err)
{
	return held_word(c, HELD_REFUSED, err);
}

const struct verb verb_refuse = {
	.name = "refuse",
	.usage = "ID",
	.describe = "do not let it be done",
	.words_min = 1,
	.words_max = 1,
	.config = CONFIG_IF_READABLE,
	.store = STORE_WRITE,
	.run = run,
};
