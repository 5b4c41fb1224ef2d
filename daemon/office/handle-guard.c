/* Mail that goes in circles, and the same words again and again (A21, A24). */
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "office/handler.h"
#include "store/repeat.h"

/* ---- in circles ---- */

static int loop_matches(struct office *o, const struct mail_case *c, struct err *err)
{
	(void)err;
	return json_int_or(c->said, "received_count", 0) >
	       o->config->settings.limits.received_fields;
}

static int loop_act(struct office *o, const struct mail_case *c, struct decision *ret,
	struct err *err)
{
	(void)o;
	(void)c;
	(void)err;
	*ret = (struct decision){
		.class = "unknown", .outcome = "recorded", .reason = "mail-loop"};
	return 0;
}

const struct handler handler_loop = {
	.name = "loop",
	.matches = loop_matches,
	.act = loop_act,
	.describe = "A mail that was passed on too often goes in circles; it is "
		    "registered and answered by nobody.",
};

/* ---- again and again ---- */

/* Of what a person wrote, whatever the day and the Message-ID. */
static void content_of(const struct mail_case *c, char ret_hex[HASH_HEX_SIZE])
{
	static const char *const members[] = {"subject", "text"};
	struct hash *hash = hash_new();
	size_t i;
	json_t *file;

	for (i = 0; i < sizeof(members) / sizeof(*members); i++) {
		const char *value = json_str_or(c->said, members[i], "");
		hash_add(hash, value, strlen(value) + 1);
	}
	json_array_foreach (json_object_get(c->said, "attachments"), i, file) {
		const char *value = json_str_or(file, "sha256", "");
		hash_add(hash, value, strlen(value) + 1);
	}
	hash_end(hash, ret_hex);
}

static int repeated_matches(
	struct office *o, const struct mail_case *c, struct err *err)
{
	char hex[HASH_HEX_SIZE];

	if (!c->from || c->is_released)
		return 0;
	content_of(c, hex);
	int count = repeat_count(o->db, c->from, hex, c->in->arrived_at, err);
	return count < 0 ? -1 : count >= o->config->settings.limits.same_mail_per_day;
}

int handler_note_words(struct office *o, const struct mail_case *c,
	const struct decision *d, struct err *err)
{
	static const char *const classes[] = {"question", "reply", "unknown"};
	char hex[HASH_HEX_SIZE];

	for (size_t i = 0; c->from && i < sizeof(classes) / sizeof(*classes); i++) {
		if (strcmp(d->class, classes[i]) != 0)
			continue;
		content_of(c, hex);
		return repeat_note(
			o->db, c->from, hex, c->in->id, c->in->arrived_at, err);
	}
	return 0;
}

static int repeated_act(struct office *o, const struct mail_case *c,
	struct decision *ret, struct err *err)
{
	(void)o;
	(void)err;
	*ret = (struct decision){
		.class = strcmp(c->class, "reply") == 0 ? "reply" : "unknown",
		.outcome = "ignored",
		.reason = "repeated",
		.is_handled = true};
	return 0;
}

const struct handler handler_repeated = {
	.name = "repeated",
	.matches = repeated_matches,
	.act = repeated_act,
	.describe = "The same words of the same sender, more often in a day than is "
		    "acted on, are registered and put away.",
};
