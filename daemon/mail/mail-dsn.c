#include "mail/mail-dsn.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "mail/address.h"
#include "mail/header-read.h"

#define RECIPIENTS_MAX 1000
#define DIAGNOSTIC_MAX 1000 /* bytes */

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

static bool is_there(const json_t *failed, const char *address)
{
	size_t i;
	json_t *one;
	json_array_foreach ((json_t *)failed, i, one)
		if (text_equal_nocase(json_str_or(one, "address", ""), address))
			return true;
	return false;
}

static void put_failed(json_t *failed, const char *address, const char *status,
	const char *action, const char *diagnostic)
{
	if (json_array_size(failed) >= RECIPIENTS_MAX || is_there(failed, address))
		return;
	str_auto *best = best_status(status, diagnostic);
	bool permanent = strcmp(action, "failed") == 0 && !(best && best[0] == '4');
	json_t *one = json_object();
	json_put_str(one, "address", address);
	json_put_str(one, "status", best);
	json_put_str(one, "action", action);
	json_object_set_new(one, "permanent", json_boolean(permanent));
	if (*diagnostic)
		json_put_str(one, "diagnostic", diagnostic);
	json_array_append_new(failed, one);
}

static char *diagnostic_of(const struct header_fields *block)
{
	const char *raw = header_fields_get(block, "diagnostic-code");
	char *text = raw ? header_plain(raw) : xstrdup("");
	if (strlen(text) > DIAGNOSTIC_MAX) {
		size_t cut = DIAGNOSTIC_MAX;
		while (((unsigned char)text[cut] & 0xc0) == 0x80)
			cut--;
		text[cut] = '\0';
	}
	return text;
}

/* One group of fields about a recipient; "delivered" and the like are no failures. */
static void put_recipient(json_t *failed, const struct header_fields *block)
{
	const char *raw = header_fields_get(block, "final-recipient");
	const char *action = header_fields_get(block, "action");
	if (!raw)
		raw = header_fields_get(block, "original-recipient");
	str_auto *address = recipient_of(raw);
	str_auto *word = header_word(action ? action : "failed");
	str_auto *diagnostic = diagnostic_of(block);
	if (address && (strcmp(word, "failed") == 0 || strcmp(word, "delayed") == 0))
		put_failed(failed, address, header_fields_get(block, "status"), word,
			diagnostic);
}

static void put_report(json_t *to, json_t *failed, const char *bytes, size_t len)
{
	while (len > 0) {
		header_fields_auto block = HEADER_FIELDS_NONE;
		size_t used = header_fields_read(&block, bytes, len);
		const char *envelope =
			header_fields_get(&block, "original-envelope-id");
		str_auto *id = envelope ? header_plain(envelope) : NULL;
		json_put_str(to, "original_envelope_id", id);
		if (block.count > 0)
			put_recipient(failed, &block);
		bytes += used;
		len -= used;
	}
}

static void put_original(json_t *to, const char *bytes, size_t len)
{
	header_fields_auto head = HEADER_FIELDS_NONE;
	header_fields_read(&head, bytes, len);
	const char *raw = header_fields_get(&head, "message-id");
	str_auto *id = raw ? header_ids(raw, 1) : NULL;
	if (id && *id && !json_object_get(to, "original_message_id"))
		json_put_str(to, "original_message_id", id);
}

static void put_part(json_t *to, json_t *failed, const struct mail_part *part)
{
	buf_auto scratch = BUF_EMPTY;
	size_t len;
	const char *type = part->media_type;
	if (part->nesting > 0)
		return;
	if (strcmp(type, "message/delivery-status") == 0 ||
		strcmp(type, "message/global-delivery-status") == 0) {
		const char *bytes = mail_part_content(part, &scratch, &len);
		put_report(to, failed, bytes, len);
	} else if (part->is_message || strcmp(type, "text/rfc822-headers") == 0 ||
		   strcmp(type, "message/rfc822-headers") == 0 ||
		   strcmp(type, "message/global-headers") == 0) {
		const char *bytes = mail_part_content(part, &scratch, &len);
		put_original(to, bytes, len);
	}
}

/* Exim names those it could not reach in a field of its own. */
static void put_named(
	json_t *failed, const struct header_fields *fields, const char *text)
{
	header_addresses_auto all = HEADER_ADDRESSES_NONE;
	const char *raw = header_fields_get(fields, "x-failed-recipients");
	header_addresses_add(&all, raw ? raw : "", RECIPIENTS_MAX);
	for (size_t i = 0; i < all.count; i++) {
		str_auto *normal = address_normal(all.list[i].address);
		if (normal)
			put_failed(failed, normal, text, "failed", "");
	}
}

/* The address of a line "<anna@x.example>:", and what stands behind it; NULL where it
 * is none. */
static char *written_address(const char *line, size_t len, const char **ret_rest)
{
	const char *open = memchr(line, '<', len);
	if (!open || open - line > 4)
		return NULL;
	const char *close = memchr(open, '>', len - (size_t)(open - line));
	if (!close || !close[1] || !strchr(":\r\n", close[1]))
		return NULL;
	str_auto *address = xstrndup(open + 1, (size_t)(close - open) - 1);
	*ret_rest = close + 1;
	return address_normal(address);
}

/* As qmail and others write it; the reason follows up to a blank line. */
static void put_written(json_t *failed, const char *text)
{
	for (const char *line = text; *line; line += strspn(line, "\r\n")) {
		size_t len = strcspn(line, "\r\n");
		const char *rest = line;
		str_auto *address = written_address(line, len, &rest);
		if (address) {
			str_auto *said = xstrndup(rest, DIAGNOSTIC_MAX);
			char *blank = strstr(said, "\n\n");
			if (blank)
				*blank = '\0';
			put_failed(failed, address, said, "failed", "");
		}
		line += len;
	}
}

/* The header of the mail that came back, where it stands in the text. */
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

void mail_dsn_put(json_t *to, const struct header_fields *fields,
	const struct mail_tree *tree, const char *text)
{
	json_t *failed = json_array();
	for (size_t i = 0; i < tree->count; i++)
		put_part(to, failed, &tree->parts[i]);
	if (json_array_size(failed) == 0)
		put_named(failed, fields, text);
	/* A report whose MIME header was lost on its way stands in the text. */
	if (json_array_size(failed) == 0)
		put_report(to, failed, text, strlen(text));
	if (json_array_size(failed) == 0)
		put_written(failed, text);
	if (!json_object_get(to, "original_message_id"))
		put_quoted_id(to, text);
	json_object_set_new(to, "failed", failed);
}
