/* What the sealed reader says of a mail or a calendar. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/command.h"
#include "command/days.h"
#include "config/schemas.h"
#include "duty/reader-client.h"
#include "mail/auth-results.h"

#define MIB ((int64_t)1 << 20)
#define PIECE 65536

/* ---- limits: the configuration's, or what the schema says without one ---- */

struct limits {
	struct reader_settings reader;
	int64_t largest_mail;
	const char *zone;
};

static int64_t default_of(const json_t *schema, const char *object, const char *member)
{
	const json_t *properties = json_object_get(
		json_object_get(json_object_get(schema, "properties"), object),
		"properties");

	return json_int_or(json_object_get(properties, member), "default", 0);
}

static void take_defaults(struct limits *l)
{
	json_auto_t *schema = schemas_settings();
	struct reader_settings *r = &l->reader;

	r->cpu_seconds = (int)default_of(schema, "reader", "cpu_seconds");
	r->wall_seconds = (int)default_of(schema, "reader", "wall_seconds");
	r->memory_mib = (int)default_of(schema, "reader", "memory_mib");
	r->tries = 1;
	r->mime_depth = (int)default_of(schema, "reader", "mime_depth");
	r->mime_parts = (int)default_of(schema, "reader", "mime_parts");
	r->calendar_size = default_of(schema, "reader", "calendar_mib") * MIB;
	r->calendar_components =
		(int)default_of(schema, "reader", "calendar_components");
	r->calendar_occurrences =
		(int)default_of(schema, "reader", "calendar_occurrences");
	l->largest_mail = default_of(schema, "imap", "largest_mail_mib") * MIB;
	l->zone = "Europe/Stockholm";
}

static void take_limits(struct limits *l, const struct config *config)
{
	if (!config) {
		take_defaults(l);
		clock_set_zone(l->zone);
		return;
	}
	l->reader = config->settings.reader;
	l->largest_mail = config->settings.imap.largest_mail;
	l->zone = config->settings.time_zone;
}

/* ---- the bytes ---- */

/* 0, 1 where there are more than max, -1. */
static int read_all(const char *path, int64_t max, struct buf *to, struct err *err)
{
	bool is_stdin = strcmp(path, "-") == 0;
	fd_auto fd = is_stdin ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_set(err, ERR_PERM, "%s: %s", path, strerror(errno));
	for (;;) {
		ssize_t n = read(fd, buf_reserve(to, PIECE), PIECE);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, ERR_PERM, "%s: %s", path, strerror(errno));
		if (n == 0)
			return 0;
		to->len += (size_t)n;
		if ((int64_t)to->len > max)
			return 1;
	}
}

static bool is_calendar(const char *path, const struct buf *bytes)
{
	static const char begin[] = "BEGIN:VCALENDAR";
	size_t len = strlen(path);
	size_t at =
		bytes->len >= 3 && memcmp(bytes->data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

	while (at < bytes->len && strchr(" \t\r\n", bytes->data[at]))
		at++;
	if (bytes->len - at >= sizeof(begin) - 1 &&
		strncasecmp(bytes->data + at, begin, sizeof(begin) - 1) == 0)
		return true;
	return len > 4 && text_equal_nocase(path + len - 4, ".ics");
}

/* ---- asking ---- */

static void put_verified(const struct command *c, json_t *said)
{
	const char *from = json_str(said, "from");

	if (!c->config || !from)
		return;
	bool vouched =
		json_int_or(said, "from_count", 1) == 1 &&
		auth_results_vouch(json_object_get(said, "authentication_results"),
			c->config->settings.trust.authserv_ids, from);
	json_object_set_new(said, "verified", json_boolean(vouched));
}

static json_t *broken(const char *reason, const char *what)
{
	json_t *said = json_object();

	json_put_str(said, "broken", reason);
	json_put_str(said, "what", what);
	return said;
}

/* What is printed, whatever happened; new reference. */
static json_t *answer_of(
	enum reader_outcome outcome, json_t *said, const struct err *err)
{
	switch (outcome) {
	case READER_OK:
	case READER_BROKEN:
		return json_incref(said);
	case READER_SLOW:
		return broken("broken-slow", err->text);
	case READER_CRASHED:
		return broken("broken-crash", err->text);
	}
	return broken("broken-crash", err->text);
}

/* The reader leaves it to who has the bytes: the office knows it from intake. */
static void put_sha256(json_t *said, const struct buf *bytes)
{
	char sha256[HASH_HEX_SIZE];

	hash_hex(buf_str(bytes), bytes->len, sha256);
	json_put_str(said, "sha256", sha256);
}

static json_t *ask(struct command *c, const struct limits *l, const struct buf *bytes,
	bool calendar, const struct calendar_window *window, struct err *err)
{
	reader_auto *reader = reader_new(&l->reader, NULL);
	json_auto_t *said = NULL;
	const struct content mail = CONTENT_OF(buf_str(bytes), bytes->len);
	enum reader_outcome outcome =
		calendar ? reader_calendar(reader, buf_str(bytes), bytes->len, window,
				   &said, err)
			 : reader_mail_in_full(reader, &mail, &said, err);

	if (outcome == READER_OK && !calendar) {
		put_verified(c, said);
		put_sha256(said, bytes);
	}
	return answer_of(outcome, said, err);
}

/* Occurrences are asked for with both ends or one of them and a year. */
static int window_of(const struct command *c, const struct limits *l,
	struct calendar_window *ret, struct err *err)
{
	const struct arguments *a = c->args;

	*ret = (struct calendar_window){.zone = l->zone, .in_words = true};
	if (days_range(a, false, &ret->from, &ret->to, err) < 0)
		return -1;
	if (a->from && !a->to)
		ret->to = clock_add_days(ret->from, 366);
	if (a->to && !a->from)
		ret->from = clock_add_days(ret->to, -366);
	return 0;
}

static int run(struct command *c, struct err *err)
{
	const char *path = c->args->words[0];
	struct limits l;
	struct calendar_window window;
	buf_auto bytes = BUF_EMPTY;
	json_auto_t *said = NULL;

	take_limits(&l, c->config);
	if (window_of(c, &l, &window, err) < 0)
		return command_usage(err);
	int more = read_all(path, l.largest_mail, &bytes, err);
	if (more < 0)
		return -1;
	if (more) {
		str_auto *what = xasprintf(
			"larger than %lld MiB", (long long)(l.largest_mail / MIB));
		said = broken("too-large", what);
	} else {
		said = ask(c, &l, &bytes, is_calendar(path, &bytes), &window, err);
	}
	out_json(&c->out, said);
	return json_object_get(said, "broken") ? COMMAND_ACT : COMMAND_DONE;
}

const struct verb verb_read = {
	.name = "read",
	.usage = "FILE|- [--from D --to D]",
	.describe = "what the sealed reader says of a mail or a calendar",
	.words_min = 1,
	.words_max = 1,
	.options = OPTION_FROM | OPTION_TO,
	.config = CONFIG_IF_READABLE,
	.store = STORE_NONE,
	.run = run,
};
