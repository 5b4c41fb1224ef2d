#include "command/held-word.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/mem.h"
#include "command/control-client.h"
#include "store/journal.h"
#include "store/meeting.h"

char *held_user(void)
{
	const struct passwd *user = getpwuid(getuid());
	const char *behind = getuid() == 0 ? getenv("SUDO_USER") : NULL;

	if (behind && *behind)
		return xstrdup(behind);
	return user ? xstrdup(user->pw_name) : xasprintf("uid %u", (unsigned)getuid());
}

void held_wake(struct command *c, const json_t *done, const char *what)
{
	json_auto_t *answer = control_ask(c->args->state_dir, "wake");
	json_auto_t *copy = json_deep_copy(done);

	json_object_set_new(copy, "daemon_woken", json_boolean(answer != NULL));
	if (c->args->json)
		out_json(&c->out, copy);
	else
		out_line(&c->out, OUT_PLAIN, "%s: %s", what,
			answer ? "the office does it now."
			       : "no daemon runs, so it is done at the next run.");
}

/* The waiting row that is called so: its number, its mail's register number, or its
 * key. -1 where two are. */
static int find_row(const json_t *list, const char *key, const json_t **ret)
{
	int count = 0;
	size_t i;
	json_t *row;

	json_array_foreach (list, i, row) {
		str_auto *id = xasprintf("%lld", (long long)json_int_or(row, "id", 0));
		if (strcmp(id, key) != 0 &&
			strcmp(json_str_or(row, "register", ""), key) != 0 &&
			strcmp(json_str_or(row, "key", ""), key) != 0)
			continue;
		*ret = row;
		count++;
	}
	return count > 1 ? -1 : count;
}

/* The meeting to release it for: 0 where the mail's own counts. -1 with err; 1 said
 * what is missing. */
static int find_meeting(struct command *c, const json_t *row, enum held_state word,
	struct meeting *ret, struct err *err)
{
	const char *key = c->args->meeting;

	if (word == HELD_RELEASED && !key && !json_str(row, "meeting") &&
		strcmp(json_str_or(row, "act", ""), "minutes") == 0)
		return err_set(err, ERR_PERM,
			"it is not known which meeting these minutes belong to: say it "
			"with "
			"--meeting (`utskick meeting` lists them)");
	if (!key)
		return 0;
	int found = meeting_find(c->db, key, ret, err);
	return found ? found : err_set(err, ERR_PERM, "no meeting is called %s", key);
}

static int decide(struct command *c, const json_t *row, enum held_state word,
	int64_t meeting_id, struct err *err)
{
	str_auto *by = held_user();

	return held_decide(
		c->db, json_int_or(row, "id", 0), word, by, meeting_id, c->now, err);
}

static void tell(
	struct command *c, const json_t *row, enum held_state word, const char *meeting)
{
	const char *done = word == HELD_RELEASED ? "released" : "refused";
	json_auto_t *said = json_deep_copy(row);
	str_auto *what =
		json_str(row, "register")
			? xasprintf("%s from %s is %s", json_str(row, "register"),
				  json_str_or(row, "from", "?"), done)
			: xasprintf("%s is %s", json_str_or(row, "subject", "?"), done);

	json_object_del(said, "held_at");
	json_put_str(said, "decision", done);
	json_put_str(said, "meeting", meeting);
	held_wake(c, said, what);
}

int held_word(struct command *c, enum held_state word, struct err *err)
{
	const char *id = c->args->words[0];
	meeting_auto m = MEETING_EMPTY;
	const json_t *row = NULL;
	json_auto_t *list = held_list(c->db, err);

	if (!list)
		return -1;
	int found = find_row(list, id, &row);
	if (found < 0)
		return err_set(err, ERR_PERM,
			"two things are held as %s: name one by its number in "
			"`utskick "
			"held`",
			id);
	if (!found)
		return command_not_found(
			"held mail", id, "`utskick held` lists what waits");
	if (find_meeting(c, row, word, &m, err) < 0)
		return -1;
	int decided = decide(c, row, word, m.id, err);
	if (decided < 0)
		return -1;
	if (!decided)
		return err_set(
			err, ERR_PERM, "somebody else has just decided on %s", id);
	tell(c, row, word, m.code);
	return COMMAND_DONE;
}
