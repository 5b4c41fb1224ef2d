/* Minutes that went out for the wrong meeting. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "command/command.h"
#include "command/held-word.h"
#include "store/meeting.h"
#include "store/minutes.h"

/* "v2" or "2"; 0: not said; -1 with err. */
static int version_of(const struct command *c, struct err *err)
{
	const char *word = c->args->word_count > 1 ? c->args->words[1] : NULL;
	char *end = NULL;

	if (!word)
		return 0;
	long version = strtol(word + (*word == 'v'), &end, 10);
	if (*end || version < 1 || version > 10000)
		return err_set(err, ERR_PERM, "%s is no version of minutes", word);
	return (int)version;
}

static int tell(struct command *c, const struct meeting *m, int version)
{
	str_auto *what = xasprintf(
		"Version %d of the minutes of %s is withdrawn", version, m->code);
	json_auto_t *said =
		json_pack("{s:s, s:i}", "meeting", m->code, "version", version);

	held_wake(c, said, what);
	return COMMAND_DONE;
}

static int run(struct command *c, struct err *err)
{
	meeting_auto m = MEETING_EMPTY;
	meeting_auto right = MEETING_EMPTY;
	str_auto *by = held_user();
	int version = version_of(c, err);
	int withdrawn = 0;

	if (version < 0)
		return -1;
	int found = meeting_find(c->db, c->args->words[0], &m, err);
	if (found < 0)
		return -1;
	if (!found)
		return command_not_found(
			"meeting", c->args->words[0], "`utskick meeting` lists them");
	found = c->args->meeting ? meeting_find(c->db, c->args->meeting, &right, err)
				 : 1;
	if (found < 0)
		return -1;
	if (!found)
		return command_not_found(
			"meeting", c->args->meeting, "`utskick meeting` lists them");
	int asked = minutes_ask_withdraw(
		c->db, m.id, version, right.id, by, c->now, &withdrawn, err);
	if (asked < 0)
		return -1;
	if (!asked)
		return err_set(err, ERR_PERM,
			"%s has no such minutes that stand: `utskick meeting %s` shows "
			"them",
			m.code, m.code);
	return tell(c, &m, withdrawn);
}

const struct verb verb_withdraw = {
	.name = "withdraw",
	.usage = "MEETING [VERSION] [--meeting RIGHT]",
	.describe = "take back minutes sent for the wrong meeting",
	.words_min = 1,
	.words_max = 2,
	.options = OPTION_MEETING,
	.config = CONFIG_IF_READABLE,
	.store = STORE_WRITE,
	.run = run,
};
