/* Open matters of mail and servers: who was not reached, what could not be read, what
 * does not answer. */
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "mail/address.h"
#include "office/command.h"
#include "office/daily.h"
#include "store/delivery-move.h"
#include "store/fetched.h"
#include "store/journal.h"
#include "store/overview.h"
#include "store/refusal.h"

#define BACK_DAYS 30
#define FAILURES_MAX 200

/* Takes key and data. */
static void add(json_t *items, char *key, json_t *data)
{
	json_array_append_new(items, json_pack("{s:s, s:o}", "key", key, "data", data));
	free(key);
}

static json_t *last_of(json_t *items)
{
	return json_array_get(items, json_array_size(items) - 1);
}

static json_t *day_of(int64_t at)
{
	return json_pack("{s:I}", "$date", (json_int_t)at);
}

/* ---- who was not reached, a person and a document each ---- */

static int find_failures(struct office *o, int64_t now, json_t *items, struct err *err)
{
	const char *coordinator = o->config->settings.coordinator_address;
	json_auto_t *rows = overview_unserved(o->db, FAILURES_MAX, err);
	int64_t since = clock_add_days(now, -BACK_DAYS);
	size_t i;
	json_t *row;

	if (!rows)
		return -1;
	json_array_foreach (rows, i, row) {
		if (json_int_or(row, "at", 0) < since ||
			address_is_same(json_str_or(row, "address", ""), coordinator))
			continue;
		json_t *data = json_pack("{s:s, s:{s:[s, s]}, s:s, s:o}", "address",
			json_str_or(row, "address", "?"), "what", "$name", "letter",
			json_str_or(row, "letter", "?"), "reply",
			json_str_or(row, "reply", ""), "since",
			day_of(json_int_or(row, "at", 0)));
		json_put_str(data, "name", json_str(row, "name"));
		json_put_str(data, "code", json_str(row, "meeting"));
		add(items,
			xasprintf("failure:%lld", (long long)json_int_or(row, "id", 0)),
			data);
		json_put_int(last_of(items), "delivery", json_int_or(row, "id", 0));
	}
	return 0;
}

static int answer_failure(struct office *o, const json_t *item, const json_t *said,
	int64_t now, json_t *lines, struct err *err)
{
	const char *by = o->config->settings.coordinator_address;

	if (strcmp(json_str_or(said, "word", ""), "again") != 0)
		return 0;
	int again = delivery_send_again(
		o->db, json_int_or(item, "delivery", 0), by, now, err);
	if (again < 0)
		return -1;
	json_array_append_new(
		lines, command_line(said, again ? "again" : "not-again", NULL));
	return 1;
}

const struct daily_kind daily_failure = {
	.name = "failure", .find = find_failures, .answer = answer_failure};

/* ---- what could not be read ---- */

static int find_set_aside(struct office *o, int64_t now, json_t *items, struct err *err)
{
	json_auto_t *rows =
		overview_set_aside(o->db, clock_add_days(now, -BACK_DAYS), err);
	size_t i;
	json_t *row;

	if (!rows)
		return -1;
	json_array_foreach (rows, i, row) {
		json_t *data = json_pack("{s:s, s:s, s:b, s:o}", "from",
			json_str_or(row, "from", "?"), "subject",
			json_str_or(row, "subject", ""), "is_large",
			strcmp(json_str_or(row, "state", ""), "too-large") == 0,
			"since", day_of(json_int_or(row, "arrived_at", 0)));
		json_put_str(data, "register", json_str(row, "register"));
		add(items, xasprintf("mail:%s", json_str_or(row, "register", "?")),
			data);
	}
	return 0;
}

const struct daily_kind daily_set_aside = {.name = "set_aside", .find = find_set_aside};

/* ---- what does not answer ---- */

static void add_server(
	json_t *items, const char *what, const char *words, int64_t since)
{
	add(items, xasprintf("server:%s:%lld", what, (long long)since),
		json_pack("{s:s, s:s, s:o}", "what", what, "words", words ? words : "",
			"since", day_of(since)));
}

static int find_refusals(struct office *o, json_t *items, struct err *err)
{
	json_auto_t *rows = refusal_list(o->db, err);
	size_t i;
	json_t *row;

	if (!rows)
		return -1;
	json_array_foreach (rows, i, row) {
		bool is_imap = strcmp(json_str_or(row, "server", ""), "imap") == 0;
		add_server(items,
			is_imap ? o->config->settings.imap.server.host
				: o->config->settings.smtp.server.host,
			json_str(row, "words"), json_int_or(row, "at", 0));
	}
	return 0;
}

static int find_sending(struct office *o, int64_t now, json_t *items, struct err *err)
{
	const struct settings *s = &o->config->settings;
	trouble_row_auto trouble = TROUBLE_ROW_EMPTY;
	int found = trouble_find(o->db, "dispatch", "smtp", &trouble, err);

	if (found == 1 &&
		trouble.since <= now - (int64_t)s->smtp.tell_after_hours * 3600)
		add_server(items, s->smtp.server.host, trouble.words, trouble.since);
	return found < 0 ? -1 : 0;
}

static int find_servers(struct office *o, int64_t now, json_t *items, struct err *err)
{
	json_auto_t *calendars = fetched_failing(o->db, err);
	size_t i;
	json_t *row;

	if (!calendars || find_refusals(o, items, err) < 0 ||
		find_sending(o, now, items, err) < 0)
		return -1;
	json_array_foreach (calendars, i, row)
		add_server(items, json_str_or(row, "calendar", "?"),
			json_str(row, "why"), json_int_or(row, "since", 0));
	return 0;
}

const struct daily_kind daily_server = {.name = "server", .find = find_servers};
