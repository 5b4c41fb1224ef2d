#include "mail/mail-dsn.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "mail/address.h"
#include "mail/bounce-text.h"
#include "mail/bounce-why.h"
#include "mail/header-read.h"

#define RECIPIENTS_MAX 1000
#define DIAGNOSTIC_MAX 1000 /* bytes */
#define OWN_MAX 8

/* "rfc822; <anna@x.example>": the address in its normal form, or as written. */
static char *recipient_of(const char *raw)
{
	const char *semicolon = raw ? strchr(raw, ';') : NULL;
	header_addresses_auto all = HEADER_ADDRESSES_NONE;
	header_addresses_add(&all, semicolon ? semicolon + 1 : raw ? raw : "", 1);
	if (all.count == 0)
		return NULL;
	char *normal = address_normal(all.list[0].address);
	return normal ? normal : text_printable(all.list[0].address);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Length of an enhanced status code at s (RFC 3463), 0 where there is none. */
static size_t status_len(const char *s)
{
	if ((s[0] != '2' && s[0] != '4' && s[0] != '5') || s[1] != '.')
		return 0;
	size_t subject = strspn(s + 2, "0123456789");
	if (subject == 0 || subject > 3 || s[2 + subject] != '.')
		return 0;
	size_t detail = strspn(s + 3 + subject, "0123456789");
	size_t len = 3 + subject + detail;
	return detail == 0 || detail > 3 || s[len] == '.' ? 0 : len;
}

/* The first enhanced code that stands by itself in text; NULL. */
static char *find_status(const char *text)
{
	for (const char *at = text; *at; at++) {
		bool begins = at == text || (!is_digit(at[-1]) && at[-1] != '.');
		size_t len = begins ? status_len(at) : 0;
		if (len > 0)
			return xstrndup(at, len);
	}
	return NULL;
}

/* "5.0.0" says only that it failed; the server's own words often say more. */
static char *best_status(const char *status, const char *diagnostic)
{
	str_auto *stated = status ? find_status(status) : NULL;
	str_auto *said = find_status(diagnostic);
	bool vague = stated && strcmp(stated + 1, ".0.0") == 0;
	if (said && (!stated || (vague && said[0] == stated[0])))
		return TAKE(said);
	return TAKE(stated);
}

/* What is being told of a bounce. */
struct telling {
	json_t *to;
	json_t *failed;
	json_t *reached; /* success notices (RFC 3461, 3464 action "delivered") */
	struct bounce_text text;
};

/* One recipient as a report gives it; NULL or "" where it does not. */
struct recipient {
	const char *address;
	const char *original; /* the one that was written to, before it was forwarded */
	const char *status;
	const char *action;
	const char *diagnostic;
};

static bool is_there(const json_t *list, const char *address)
{
	size_t i;
	json_t *one;
	json_array_foreach ((json_t *)list, i, one)
		if (text_equal_nocase(json_str_or(one, "address", ""), address))
			return true;
	return false;
}

/* The server's words, where they say nothing those of the notice, at last the code. */
static enum bounce_why why_of(
	const struct telling *t, const struct recipient *r, const char *status)
{
	enum bounce_why why = bounce_why_said(r->diagnostic);
	enum bounce_why code = bounce_why_of_status(status);
	if (why == BOUNCE_UNSAID && t->text.notice) {
		str_auto *about = bounce_text_about(&t->text, r->address);
		why = bounce_why_said(about);
	}
	if (why == BOUNCE_UNSAID && code == BOUNCE_UNSAID && t->text.count <= 1 &&
		t->text.notice)
		why = bounce_why_said(t->text.notice);
	if (why == BOUNCE_UNSAID)
		why = code;
	/* A server that took the recipient and refused the content knows him. */
	bool is_sure = (status && strcmp(status + 1, ".1.1") == 0) ||
		       !bounce_why_is_vague(r->diagnostic);
	return why == BOUNCE_NO_USER && t->text.is_after_data && !is_sure
		       ? BOUNCE_POLICY
		       : why;
}

static void put_recipient_of(
	const struct telling *t, json_t *list, const struct recipient *r)
{
	if (json_array_size(list) >= RECIPIENTS_MAX || is_there(list, r->address))
		return;
	str_auto *best = best_status(r->status, r->diagnostic);
	bool failed = strcmp(r->action, "failed") == 0;
	enum bounce_why why = list == t->failed ? why_of(t, r, best) : BOUNCE_UNSAID;
	json_t *one = json_object();
	json_put_str(one, "address", r->address);
	if (r->original && strcmp(r->original, r->address) != 0)
		json_put_str(one, "original_address", r->original);
	json_put_str(one, "status", best);
	json_put_str(one, "action", r->action);
	json_put_str(one, "reason", bounce_why_name(why));
	json_object_set_new(
		one, "permanent", json_boolean(failed && bounce_why_is_permanent(why)));
	if (*r->diagnostic)
		json_put_str(one, "diagnostic", r->diagnostic);
	json_array_append_new(list, one);
}

static void cut_diagnostic(char *text)
{
	if (strlen(text) <= DIAGNOSTIC_MAX)
		return;
	size_t cut = DIAGNOSTIC_MAX;
	while (((unsigned char)text[cut] & 0xc0) == 0x80)
		cut--;
	text[cut] = '\0';
}

static char *diagnostic_of(const struct header_fields *block)
{
	const char *raw = header_fields_get(block, "diagnostic-code");
	char *text = raw ? header_plain(raw) : xstrdup("");
	cut_diagnostic(text);
	return text;
}

/* A program or file is no recipient that was written to; the notice may name him. */
static char *address_or_named(const struct telling *t, char *found)
{
	str_auto *address = found;
	if ((address && address_is_valid(address)) || t->text.count != 1)
		return TAKE(address);
	return xstrdup(t->text.list[0].address);
}

/* What was done with the mail for him: told under which list; NULL: nothing known. */
static json_t *list_of(const struct telling *t, const char *action)
{
	if (strcmp(action, "failed") == 0 || strcmp(action, "delayed") == 0)
		return t->failed;
	if (strcmp(action, "delivered") == 0 || strcmp(action, "relayed") == 0 ||
		strcmp(action, "expanded") == 0)
		return t->reached;
	return NULL;
}

/* One group of fields about a recipient. */
static void put_recipient(const struct telling *t, const struct header_fields *block)
{
	const char *final = header_fields_get(block, "final-recipient");
	const char *first = header_fields_get(block, "original-recipient");
	const char *action = header_fields_get(block, "action");
	if (!final && !first)
		return;
	str_auto *original = recipient_of(first);
	str_auto *address = address_or_named(t, recipient_of(final ? final : first));
	str_auto *word = header_word(action ? action : "failed");
	str_auto *diagnostic = diagnostic_of(block);
	json_t *list = list_of(t, word);
	if (!address || !list)
		return;
	put_recipient_of(t, list,
		&(struct recipient){address, original,
			header_fields_get(block, "status"), word, diagnostic});
}

static void put_report(const struct telling *t, const char *bytes, size_t len)
{
	while (len > 0) {
		header_fields_auto block = HEADER_FIELDS_NONE;
		size_t used = header_fields_read(&block, bytes, len);
		const char *envelope =
			header_fields_get(&block, "original-envelope-id");
		str_auto *id = envelope ? header_plain(envelope) : NULL;
		json_put_str(t->to, "original_envelope_id", id);
		if (block.count > 0)
			put_recipient(t, &block);
		bytes += used;
		len -= used;
	}
}

/* A reader who calls it spam (RFC 5965): it did reach him. */
static void put_complaint(const struct telling *t, const char *bytes, size_t len)
{
	static const char *const names[] = {"original-rcpt-to", "removal-recipient",
		"x-original-rcpt-to", "redacted-address"};
	header_fields_auto block = HEADER_FIELDS_NONE;
	header_fields_read(&block, bytes, len);
	const char *type = header_fields_get(&block, "feedback-type");
	str_auto *word = header_word(type ? type : "abuse");
	str_auto *address = NULL;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !address; i++) {
		const char *raw = header_fields_get(&block, names[i]);
		address = raw ? recipient_of(raw) : NULL;
	}
	const char *envelope = header_fields_get(&block, "original-envelope-id");
	str_auto *id = envelope ? header_plain(envelope) : NULL;
	json_put_str(t->to, "original_envelope_id", id);
	json_put_str(t->to, "complaint", word);
	if (address)
		put_recipient_of(t, t->failed,
			&(struct recipient){address, NULL, NULL, "complaint", ""});
}

static void put_original(json_t *to, const char *bytes, size_t len)
{
	header_fields_auto head = HEADER_FIELDS_NONE;
	header_fields_read(&head, bytes, len);
	const char *raw = header_fields_get(&head, "message-id");
	str_auto *id = raw ? header_ids(raw, 1) : NULL;
	if (id && *id && !json_object_get(to, "original_message_id"))
		json_put_str(to, "original_message_id", id);
	raw = header_fields_get(&head, "to");
	header_addresses_auto all = HEADER_ADDRESSES_NONE;
	header_addresses_add(&all, raw ? raw : "", 2);
	str_auto *only = all.count == 1 ? address_normal(all.list[0].address) : NULL;
	if (only && !json_object_get(to, "original_to"))
		json_put_str(to, "original_to", only);
}

static bool is_type(const struct mail_part *part, const char *a, const char *b)
{
	return strcmp(part->media_type, a) == 0 || strcmp(part->media_type, b) == 0;
}

static void put_part(const struct telling *t, const struct mail_part *part)
{
	buf_auto scratch = BUF_EMPTY;
	size_t len;
	if (part->nesting > 0)
		return;
	if (is_type(part, "message/delivery-status",
		    "message/global-delivery-status")) {
		const char *bytes = mail_part_content(part, &scratch, &len);
		put_report(t, bytes, len);
	} else if (is_type(part, "message/feedback-report", "message/x-arf")) {
		const char *bytes = mail_part_content(part, &scratch, &len);
		put_complaint(t, bytes, len);
	} else if (part->is_message ||
		   is_type(part, "text/rfc822-headers", "message/rfc822-headers") ||
		   is_type(part, "message/global-headers", "text/rfc822")) {
		const char *bytes = mail_part_content(part, &scratch, &len);
		put_original(t->to, bytes, len);
	}
}

static const struct bounce_entry *entry_of(const struct telling *t, const char *address)
{
	for (size_t i = 0; i < t->text.count; i++)
		if (strcmp(t->text.list[i].address, address) == 0)
			return &t->text.list[i];
	return t->text.count == 1 ? &t->text.list[0] : NULL;
}

static void put_plain(const struct telling *t, const char *address)
{
	const struct bounce_entry *entry = entry_of(t, address);
	str_auto *said = xstrdup(entry ? entry->said : "");
	cut_diagnostic(said);
	put_recipient_of(t, t->failed,
		&(struct recipient){address, NULL, *said ? NULL : t->text.notice,
			t->text.is_delayed ? "delayed" : "failed", said});
}

/* Exim names those it could not reach in a field of its own. */
static void put_named(const struct telling *t, const struct header_fields *fields)
{
	header_addresses_auto all = HEADER_ADDRESSES_NONE;
	const char *raw = header_fields_get(fields, "x-failed-recipients");
	header_addresses_add(&all, raw ? raw : "", RECIPIENTS_MAX);
	for (size_t i = 0; i < all.count; i++) {
		str_auto *normal = address_normal(all.list[i].address);
		if (normal)
			put_plain(t, normal);
	}
}

static void put_entries(const struct telling *t)
{
	for (size_t i = 0; i < t->text.count; i++)
		put_plain(t, t->text.list[i].address);
}

static bool is_nothing_told(const struct telling *t)
{
	return json_array_size(t->failed) == 0 && json_array_size(t->reached) == 0;
}

static void put_all(const struct telling *t, const struct header_fields *fields,
	const struct mail_tree *tree, const char *text)
{
	for (size_t i = 0; i < tree->count; i++)
		put_part(t, &tree->parts[i]);
	if (t->text.returned)
		put_original(t->to, t->text.returned, strlen(t->text.returned));
	if (is_nothing_told(t))
		put_named(t, fields);
	/* A report whose MIME header was lost on its way stands in the text. */
	if (is_nothing_told(t))
		put_report(t, text, strlen(text));
	bool complains = json_object_get(t->to, "complaint") != NULL;
	if (is_nothing_told(t) && !complains)
		put_entries(t);
	const char *only = json_str(t->to, "original_to");
	if (!is_nothing_told(t) || !only)
		return;
	if (complains)
		put_recipient_of(t, t->failed,
			&(struct recipient){only, NULL, NULL, "complaint", ""});
	else
		put_plain(t, only);
}

/* The header of the mail that came back, where it stands anywhere in the text. */
static void put_quoted_id(json_t *to, const char *text)
{
	for (const char *line = text; *line; line += strspn(line, "\r\n")) {
		size_t len = strcspn(line, "\r\n");
		if (text_starts_nocase(line, "message-id:")) {
			put_original(to, line, len);
			return;
		}
		line += len;
	}
}

/* Who sent the bounce and who gets it: not the ones who were not reached. */
static void read_text(
	struct telling *t, const struct header_fields *fields, const char *text)
{
	static const char *const names[] = {"from", "to", "sender", "reply-to"};
	header_addresses_auto all = HEADER_ADDRESSES_NONE;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *raw = header_fields_get(fields, names[i]);
		header_addresses_add(&all, raw ? raw : "", OWN_MAX);
	}
	const char *own[OWN_MAX + 1] = {NULL};
	for (size_t i = 0; i < all.count; i++)
		own[i] = all.list[i].address;
	bounce_text_read(&t->text, text, own);
}

void mail_dsn_put(json_t *to, const struct header_fields *fields,
	const struct mail_tree *tree, const char *text)
{
	struct telling t = {to, json_array(), json_array(), {0}};
	read_text(&t, fields, text);
	put_all(&t, fields, tree, text);
	if (!json_object_get(to, "original_message_id"))
		put_quoted_id(to, text);
	json_object_del(to, "original_to");
	json_object_set_new(to, "failed", t.failed);
	if (json_array_size(t.reached) > 0)
		json_object_set(to, "reached", t.reached);
	json_decref(t.reached);
	bounce_text_deinit(&t.text);
}
