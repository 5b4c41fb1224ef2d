#include "office/resting.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "mail/address.h"
#include "store/db.h"
#include "store/rest.h"

#define ACT "rest-address"

static char *key_of(const char *address)
{
	return xasprintf("address:%s", address);
}

static void add_fact(json_t *facts, const char *label, json_t *value)
{
	json_array_append_new(facts, json_pack("{s:{s:[s, s]}, s:o}", "label", "$name",
					     "fact", label, "value", value));
}

static json_t *facts_of(const json_t *candidate)
{
	json_t *facts = json_array();
	const char *reply = json_str(candidate, "reply");

	add_fact(facts, "rest-failures",
		json_integer(json_int_or(candidate, "failures", 0)));
	add_fact(facts, "rest-first",
		json_pack("{s:I}", "$moment",
			(json_int_t)json_int_or(candidate, "first_at", 0)));
	add_fact(facts, "rest-last",
		json_pack("{s:I}", "$moment",
			(json_int_t)json_int_or(candidate, "last_at", 0)));
	if (reply)
		add_fact(facts, "rest-reply", json_string(reply));
	return facts;
}

static int ask(struct office *o, const json_t *candidate, int64_t now, struct err *err)
{
	const char *address = json_str_or(candidate, "address", "");
	const char *name = json_str_or(candidate, "name", "");
	str_auto *key = key_of(address);
	str_auto *title =
		*name ? xasprintf("%s <%s>", name, address) : xstrdup(address);
	json_auto_t *data = json_pack("{s:s}", "address", address);
	json_auto_t *facts = facts_of(candidate);
	const struct held held = {.key = key,
		.title = title,
		.data = data,
		.act = (char *)ACT,
		.reason = (char *)"address-fails"};

	return held_ask(o, &held, facts, now, err);
}

/* Whom the questions go to is never one. */
static bool is_asked_about(const struct office *o, const char *address)
{
	const struct settings *s = &o->config->settings;

	return !address_is_same(address, s->coordinator_address) &&
	       !address_is_same(address, s->mailbox_address);
}

static int ask_all(
	struct office *o, const json_t *candidates, int64_t now, struct err *err)
{
	size_t i;
	json_t *one;
	int count = 0;

	json_array_foreach (candidates, i, one) {
		if (!is_asked_about(o, json_str_or(one, "address", "")))
			continue;
		int asked = ask(o, one, now, err);
		if (asked < 0)
			return -1;
		count += asked;
	}
	return count;
}

static bool is_candidate(const json_t *candidates, const char *key)
{
	size_t i;
	json_t *one;

	json_array_foreach (candidates, i, one) {
		str_auto *its = key_of(json_str_or(one, "address", ""));
		if (strcmp(its, key) == 0)
			return true;
	}
	return false;
}

/* Questions about addresses that take mail again. */
static int withdraw_settled(
	struct office *o, const json_t *candidates, int64_t now, struct err *err)
{
	json_auto_t *open = held_list(o->db, err);
	size_t i;
	json_t *one;
	int count = 0;

	if (!open)
		return -1;
	json_array_foreach (open, i, one) {
		if (strcmp(json_str_or(one, "act", ""), ACT) != 0 ||
			is_candidate(candidates, json_str_or(one, "key", "")))
			continue;
		if (held_withdraw(o->db, json_int_or(one, "id", 0), "rest-settled", now,
			    err) < 0)
			return -1;
		count++;
	}
	return count;
}

static int work(struct office *o, int64_t now, struct err *err)
{
	const struct settings *s = &o->config->settings;
	int ended = rest_end_changed(o->db, now, err);

	if (ended < 0)
		return -1;
	json_auto_t *candidates =
		rest_candidates(o->db, s->rest_after_failures, s->rest_after_days, err);
	if (!candidates)
		return -1;
	int settled = withdraw_settled(o, candidates, now, err);
	int asked = settled < 0 ? -1 : ask_all(o, candidates, now, err);
	return asked < 0 ? -1 : ended + settled + asked;
}

int resting_work(struct office *o, int64_t now, struct err *err)
{
	if (db_begin(o->db, err) < 0)
		return -1;
	int count = work(o, now, err);
	if (count > 0 && db_commit(o->db, err) == 0)
		return count;
	db_rollback(o->db);
	return count > 0 ? -1 : count;
}

int resting_yes(struct office *o, const struct held *h, const struct incoming *in,
	int64_t now, struct held_result *ret, struct err *err)
{
	(void)in;
	ret->reason = "rest-begun";
	return rest_begin(o->db, json_str_or(h->data, "address", ""), now, err) < 0 ? -1
										    : 0;
}

int resting_no(struct office *o, const struct held *h, const struct incoming *in,
	int64_t now, struct held_result *ret, struct err *err)
{
	(void)in;
	ret->reason = "rest-refused";
	return rest_refuse(o->db, json_str_or(h->data, "address", ""), now, err);
}
