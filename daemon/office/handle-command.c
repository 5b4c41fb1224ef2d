/* The coordinator's word on what is held, and her answers to the daily mail. */
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "mail/address.h"
#include "office/command.h"
#include "office/daily.h"
#include "office/minutes-withdraw.h"
#include "office/policy.h"
#include "office/post.h"
#include "store/command-mail.h"
#include "store/journal.h"

#define UNKNOWN_MAX 5 /* lines in one mail; whoever goes on means something else */

static bool is_coordinator(const struct office *o, const struct mail_case *c)
{
	return c->from &&
	       address_is_same(c->from, o->config->settings.coordinator_address);
}

static bool has_word(const json_t *commands)
{
	size_t i;
	json_t *row;

	json_array_foreach (commands, i, row)
		if (json_str(row, "word"))
			return true;
	return false;
}

static bool has_file(const struct mail_case *c)
{
	size_t i;
	json_t *file;

	json_array_foreach (json_object_get(c->said, "attachments"), i, file)
		if (strncmp(json_str_or(file, "media_type", ""), "image/", 6) != 0)
			return true;
	return false;
}

/* Minutes that are sent in reply to a notice are minutes. */
static int matches(struct office *o, const struct mail_case *c, struct err *err)
{
	struct command_target target;

	if (command_target_of(o, c, &target, err) < 0)
		return -1;
	if (target.about == COMMAND_NOTHING)
		return 0;
	return !has_file(c) ||
	       (is_coordinator(o, c) && has_word(json_object_get(c->said, "commands")));
}

/* ---- who may not ---- */

static int decide(
	struct decision *ret, const char *outcome, const char *reason, bool is_handled)
{
	ret->outcome = outcome;
	ret->reason = reason;
	ret->is_handled = is_handled;
	return 0;
}

/* She would wait in vain; whoever writes in her name makes one mail to her a day. */
static int tell_unheard(struct office *o, const struct mail_case *c, const char *reason,
	struct err *err)
{
	str_auto *day = clock_day(c->now);
	str_auto *key = xasprintf("command-unheard:%s", day);
	str_auto *about = xasprintf("incoming:%lld", (long long)c->in->id);
	json_auto_t *extra = json_pack("{s:{s:s, s:{s:[s, s]}}}", "unheard", "subject",
		json_str_or(c->said, "subject", ""), "why", "$name", "reason", reason);

	int first = told_once(o->db, key, c->now, err);
	if (first <= 0)
		return first;
	const struct post post = {
		.order = {.kind = "command-answer",
			.extra = extra,
			.auto_submitted = "auto-replied"},
		.about = about,
		.reason = reason,
		.priority = POST_TODAY,
	};
	return post_to_coordinator(o, &post, c->now, err) < 0 ? -1 : 0;
}

/* ---- what the lines do ---- */

static int work_line(struct office *o, const struct command_target *target,
	const json_t *said, int64_t now, json_t *lines, struct err *err)
{
	if (strcmp(json_str_or(said, "word", ""), "withdraw") == 0)
		return command_withdraw(o, said, now, lines, err);
	if (target->about == COMMAND_HELD)
		return command_held(o, target->id, said, now, lines, err);
	return daily_answer(o, target->id, said, now, lines, err);
}

static bool is_unknown(const json_t *line)
{
	return json_bool_or(line, "unknown", false);
}

static size_t count_unknown(const json_t *lines)
{
	size_t n = 0;
	size_t i;
	json_t *line;

	json_array_foreach (lines, i, line)
		n += is_unknown(line);
	return n;
}

/* Of an answer to one question the first line counts, of the daily mail each. */
static int work_lines(struct office *o, const struct command_target *target,
	const struct mail_case *c, json_t *lines, struct err *err)
{
	size_t i;
	json_t *said;

	json_array_foreach (json_object_get(c->said, "commands"), i, said) {
		if (i > 0 && target->about == COMMAND_HELD)
			break;
		if (count_unknown(lines) >= UNKNOWN_MAX) {
			json_array_append_new(
				lines, command_line(said, "stopped", NULL));
			break;
		}
		if (work_line(o, target, said, c->now, lines, err) < 0)
			return -1;
	}
	return 0;
}

/* What cannot be understood is asked about once a day for each matter. */
static int may_ask_again(struct office *o, const struct command_target *target,
	int64_t now, struct err *err)
{
	str_auto *day = clock_day(now);
	str_auto *key = xasprintf("command-again:%d:%lld:%s", (int)target->about,
		(long long)target->id, day);

	return told_once(o->db, key, now, err);
}

static int take(struct office *o, const struct command_target *target,
	const struct mail_case *c, struct decision *ret, struct err *err)
{
	json_auto_t *lines = json_array();
	str_auto *about =
		xasprintf("%s:%lld", target->about == COMMAND_HELD ? "held" : "daily",
			(long long)target->id);

	if (work_lines(o, target, c, lines, err) < 0)
		return -1;
	bool is_empty = json_array_size(lines) == 0;
	if (is_empty || count_unknown(lines) >= json_array_size(lines)) {
		int first = may_ask_again(o, target, c->now, err);
		decide(ret, "recorded", "command-unknown", false);
		if (first <= 0)
			return first;
		if (is_empty)
			json_array_append_new(
				lines, command_line(NULL, "nothing", NULL));
	} else {
		decide(ret, "applied", "command-taken", true);
	}
	return command_mail_add(o->db, c->in->id, about, lines, c->now, err);
}

static int act(struct office *o, const struct mail_case *c, struct decision *ret,
	struct err *err)
{
	struct command_target target;
	const char *reason = NULL;
	const char *id = json_str(c->said, "message_id");

	*ret = (struct decision){.class = "command"};
	if (command_target_of(o, c, &target, err) < 0)
		return -1;
	int may = policy_allows(o, c, POLICY_COMMAND, 0, &reason, err);
	if (may < 0)
		return -1;
	if (!may) {
		decide(ret, "ignored", reason, false);
		return is_coordinator(o, c) ? tell_unheard(o, c, reason, err) : 0;
	}
	int replayed = id ? command_mail_is_replay(o->db, id, err) : 0;
	if (replayed < 0)
		return -1;
	if (replayed)
		return decide(ret, "ignored", "command-replay", true);
	return take(o, &target, c, ret, err);
}

const struct handler handler_command = {
	.name = "command",
	.matches = matches,
	.act = act,
	.describe = "The coordinator's answer to a notice or to the daily mail is done "
		    "and told back; from anybody else it does nothing.",
};
