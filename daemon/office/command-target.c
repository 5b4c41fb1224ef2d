#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "office/command.h"
#include "store/letter.h"

#define SIGN_CHARS 5 /* beside being vouched for: 25 bits are plenty */

static char letter_of(enum command_about about)
{
	return about == COMMAND_HELD ? 'H' : 'D';
}

char *command_code(const struct office *o, enum command_about about, int64_t id)
{
	str_auto *name = xasprintf("%c%lld", letter_of(about), (long long)id);
	str_auto *token = token_make(o->key, name);

	return xasprintf("%s-%.*s", name, SIGN_CHARS, token);
}

struct command_target command_target_of_code(const struct office *o, const char *code)
{
	struct command_target t = {COMMAND_NOTHING, 0};

	if (!code || !*code)
		return t;
	enum command_about about =
		toupper((unsigned char)*code) == 'H' ? COMMAND_HELD : COMMAND_DAILY;
	int64_t id = strtoll(code + 1, NULL, 10);
	str_auto *ours = command_code(o, about, id);
	if (text_equal_nocase(ours, code))
		t = (struct command_target){about, id};
	return t;
}

/* "held:12", "daily:3" as letters have it. */
static struct command_target target_of_about(const char *kind, const char *about)
{
	struct command_target t = {COMMAND_NOTHING, 0};

	if (strcmp(kind, "held-notice") == 0 && text_starts(about, "held:"))
		t = (struct command_target){
			COMMAND_HELD, strtoll(about + strlen("held:"), NULL, 10)};
	if (strcmp(kind, "daily-mail") == 0 && text_starts(about, "daily:"))
		t = (struct command_target){
			COMMAND_DAILY, strtoll(about + strlen("daily:"), NULL, 10)};
	return t;
}

int command_target_of(struct office *o, const struct mail_case *c,
	struct command_target *ret, struct err *err)
{
	delivery_auto d = DELIVERY_EMPTY;
	str_auto *key = xasprintf("%lld", (long long)c->delivery_id);
	str_auto *about = NULL;

	*ret = command_target_of_code(o, json_str(c->said, "code"));
	if (!c->delivery_id)
		return 0;
	int found = delivery_find(o->db, key, &d, err);
	if (found > 0)
		found = letter_about(o->db, d.letter_id, &about, err);
	if (found <= 0)
		return found;
	struct command_target quoted = target_of_about(d.kind, about);
	if (quoted.about != COMMAND_NOTHING)
		*ret = quoted;
	return 0;
}
