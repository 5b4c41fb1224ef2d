#include "mail/mail-head.h"

#include <gmime/gmime.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "mail/address.h"
#include "mail/header-read.h"

#define ADDRESSES_MAX 1000
#define IDS_MAX 200
#define RESULTS_MAX 50
#define RECEIVED_MAX 50

void mail_head_flag(json_t *to, const char *flag)
{
	json_t *flags = json_object_get(to, "flags");
	if (!flags) {
		flags = json_array();
		json_object_set_new(to, "flags", flags);
	}
	if (!json_has_str(flags, flag))
		json_array_append_new(flags, json_string(flag));
}

static void read_addresses(struct header_addresses *to,
	const struct header_fields *fields, const char *name)
{
	for (size_t i = 0; i < fields->count; i++)
		if (text_equal_nocase(fields->list[i].name, name))
			header_addresses_add(to, fields->list[i].value, ADDRESSES_MAX);
}

/* The normal form, or what is written where it has none. */
static char *shown_address(const char *address)
{
	char *normal = address_normal(address);
	return normal ? normal : text_printable(address);
}

static void put_address(json_t *to, const char *member,
	const struct header_fields *fields, const char *name)
{
	header_addresses_auto all = HEADER_ADDRESSES_NONE;
	read_addresses(&all, fields, name);
	if (all.count == 0)
		return;
	str_auto *shown = shown_address(all.list[0].address);
	json_put_str(to, member, shown);
}

/* A name that shows an address other than the one behind it (A3). */
static bool name_shows_other(const struct header_address *from)
{
	return strchr(from->name, '@') && !strstr(from->name, from->address);
}

/* Who it is from only where that is beyond doubt (A5). */
static void put_from(json_t *to, const struct header_fields *fields)
{
	header_addresses_auto all = HEADER_ADDRESSES_NONE;
	read_addresses(&all, fields, "from");
	bool one = all.count == 1 && header_fields_count(fields, "from") == 1;
	str_auto *normal = one ? address_normal(all.list[0].address) : NULL;
	json_put_int(to, "from_count", (int64_t)all.count);
	json_put_str(to, "from", normal);
	if (all.count > 0 && *all.list[0].name)
		json_put_str(to, "from_name", all.list[0].name);
	if (all.count > 1 || header_fields_count(fields, "from") > 1)
		mail_head_flag(to, "several-from");
	for (size_t i = 0; i < all.count; i++) {
		if (address_is_suspicious(all.list[i].address))
			mail_head_flag(to, "suspicious-from");
		if (name_shows_other(&all.list[i]))
			mail_head_flag(to, "address-in-name");
		str_auto *safe = text_printable(all.list[i].name);
		if (strcmp(safe, all.list[i].name) != 0)
			mail_head_flag(to, "bidi-in-name");
	}
}

static void put_to(json_t *to, const struct header_fields *fields)
{
	header_addresses_auto all = HEADER_ADDRESSES_NONE;
	read_addresses(&all, fields, "to");
	if (all.count == 0)
		return;
	json_t *list = json_array();
	for (size_t i = 0; i < all.count; i++) {
		str_auto *shown = shown_address(all.list[i].address);
		json_array_append_new(list, json_string(shown));
	}
	json_object_set_new(to, "to", list);
}

static void put_ids(json_t *to, const char *member, const char *raw, size_t max)
{
	str_auto *ids = raw ? header_ids(raw, max) : NULL;
	if (ids && *ids)
		json_put_str(to, member, ids);
}

/* The null one is a pair of angle brackets with nothing between. */
static void put_return_path(json_t *to, const struct header_fields *fields)
{
	const char *raw = header_fields_get(fields, "return-path");
	str_auto *plain = raw ? header_plain(raw) : NULL;
	if (!plain)
		return;
	if (strcmp(plain, "<>") == 0)
		json_put_str(to, "return_path", "");
	else
		put_address(to, "return_path", fields, "return-path");
}

static void put_date(json_t *to, const struct header_fields *fields)
{
	const char *raw = header_fields_get(fields, "date");
	str_auto *plain = raw ? header_plain(raw) : NULL;
	GDateTime *date = plain ? g_mime_utils_header_decode_date(plain) : NULL;
	if (!date)
		return;
	char *text = g_date_time_format(date, "%Y-%m-%dT%H:%M:%S%:z");
	if (text && g_date_time_get_year(date) > 1)
		json_put_str(to, "date", text);
	g_free(text);
	g_date_time_unref(date);
}

static void put_auth_results(json_t *to, const struct header_fields *fields)
{
	json_t *list = json_array();
	for (size_t i = 0; i < fields->count && json_array_size(list) < RESULTS_MAX;
		i++) {
		if (!text_equal_nocase(fields->list[i].name, "authentication-results"))
			continue;
		str_auto *value = header_plain(fields->list[i].value);
		json_t *one = json_object();
		json_put_str(one, "value", value);
		json_put_int(one, "index", (int64_t)i);
		json_array_append_new(list, one);
	}
	if (json_array_size(list) > 0)
		json_object_set(to, "authentication_results", list);
	json_decref(list);
}

/* The host behind "by" in a Received field (RFC 5321, 4.4). The caller frees; NULL. */
static char *received_by(const char *value)
{
	str_auto *plain = header_plain(value);
	const char *by = strstr(plain, " by ");
	return by ? xstrndup(by + 4, strcspn(by + 4, " ;\t(")) : NULL;
}

/* How often it was passed on: one that goes in circles has many. */
static void put_received_count(json_t *to, const struct header_fields *fields)
{
	size_t count = header_fields_count(fields, "received");
	if (count > 0)
		json_put_int(to, "received_count", (int64_t)count);
}

static json_t *received_list(const struct header_fields *fields)
{
	json_t *list = json_array();
	for (size_t i = 0; i < fields->count && json_array_size(list) < RECEIVED_MAX;
		i++) {
		if (!text_equal_nocase(fields->list[i].name, "received"))
			continue;
		str_auto *by = received_by(fields->list[i].value);
		json_t *one = json_pack("{s:I}", "index", (json_int_t)i);
		json_put_str(one, "by", by);
		json_array_append_new(list, one);
	}
	return list;
}

/* What Exchange wrote; what stands there twice is nobody's word. */
static void put_exchange(json_t *to, const struct header_fields *fields)
{
	static const char *const names[][2] = {
		{"auth_as", "x-ms-exchange-organization-authas"},
		{"tenant", "x-ms-exchange-crosstenant-id"},
		{"originator", "x-originatororg"}};
	json_t *exchange = json_object();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (header_fields_count(fields, names[i][1]) != 1)
			continue;
		str_auto *value = header_plain(header_fields_get(fields, names[i][1]));
		json_put_str(exchange, names[i][0], value);
	}
	if (json_object_get(exchange, "auth_as")) {
		json_object_set_new(exchange, "received", received_list(fields));
		json_object_set(to, "exchange", exchange);
	}
	json_decref(exchange);
}

static char *word_of(const struct header_fields *fields, const char *name)
{
	const char *raw = header_fields_get(fields, name);
	return header_word(raw ? raw : "");
}

static void put_list(json_t *to, const struct header_fields *fields)
{
	str_auto *precedence = word_of(fields, "precedence");
	if (header_fields_get(fields, "list-id") ||
		header_fields_get(fields, "list-unsubscribe") ||
		strcmp(precedence, "list") == 0 || strcmp(precedence, "bulk") == 0 ||
		strcmp(precedence, "junk") == 0)
		json_object_set_new(to, "list", json_true());
}

void mail_head_put(json_t *to, const struct header_fields *fields)
{
	const char *subject = header_fields_get(fields, "subject");
	str_auto *text = subject ? header_text(subject) : NULL;
	str_auto *automatic = word_of(fields, "auto-submitted");
	put_from(to, fields);
	put_address(to, "sender", fields, "sender");
	put_address(to, "reply_to", fields, "reply-to");
	put_to(to, fields);
	json_put_str(to, "subject", text);
	put_ids(to, "message_id", header_fields_get(fields, "message-id"), 1);
	put_ids(to, "in_reply_to", header_fields_get(fields, "in-reply-to"), IDS_MAX);
	put_ids(to, "references", header_fields_get(fields, "references"), IDS_MAX);
	put_date(to, fields);
	put_return_path(to, fields);
	if (*automatic)
		json_put_str(to, "auto_submitted", automatic);
	put_auth_results(to, fields);
	put_exchange(to, fields);
	put_received_count(to, fields);
	put_list(to, fields);
}
