#include "calendar/attachments.h"

#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "calendar/property.h"

#define NAME_MAX_LEN 200
#define ATTACHMENTS_MAX 20

/* One component of a path that leads nowhere else. */
static bool is_plain_name(const char *name)
{
	size_t len = strlen(name);

	return len && len <= NAME_MAX_LEN && name[0] != '.' &&
	       !name[strcspn(name, "/\\:")] && !text_has_controls(name, len) &&
	       text_is_utf8(name, len);
}

/* FILENAME of RFC 8607, and what programs wrote before it. The caller frees; NULL. */
static char *given_name(icalproperty *p)
{
	static const char *const names[] = {
		"FILENAME", "X-FILENAME", "X-LABEL", "X-APPLE-FILENAME"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		str_auto *value = property_parameter(p, names[i]);
		str_auto *unquoted = value ? text_trim(value) : NULL;
		if (unquoted && is_plain_name(unquoted))
			return TAKE(unquoted);
	}
	return NULL;
}

static bool is_inline(icalproperty *p)
{
	str_auto *encoding = property_parameter(p, "ENCODING");

	return encoding && text_equal_nocase(encoding, "BASE64");
}

/* The decoded bytes. False where they are none. */
static bool decode(icalproperty *p, struct buf *ret)
{
	str_auto *raw = is_inline(p) ? property_raw(p) : NULL;
	size_t len = raw ? strlen(raw) : 0;
	size_t decoded = 0;

	if (!len ||
		sodium_base642bin((unsigned char *)buf_reserve(ret, len), len, raw, len,
			" \t\r\n", &decoded, NULL, sodium_base64_VARIANT_ORIGINAL) < 0)
		return false;
	ret->len = decoded;
	return decoded > 0;
}

static void put_bytes(json_t *to, const struct buf *bytes, const char *name)
{
	char sha256[HASH_HEX_SIZE];

	hash_hex(bytes->data, bytes->len, sha256);
	json_put_str(to, "name", name ? name : "bilaga");
	json_put_str(to, "sha256", sha256);
	json_put_int(to, "size", (int64_t)bytes->len);
}

static bool is_link(const char *address)
{
	return (text_starts_nocase(address, "https://") ||
		       text_starts_nocase(address, "http://")) &&
	       !text_has_controls(address, strlen(address)) &&
	       text_is_utf8(address, strlen(address));
}

/* False: nothing that can be sent along or named. */
static bool put_value(json_t *to, icalproperty *p, const char *name)
{
	buf_auto bytes = BUF_EMPTY;

	if (is_inline(p)) {
		if (!decode(p, &bytes))
			return false;
		put_bytes(to, &bytes, name);
		return true;
	}
	str_auto *raw = property_raw(p);
	const char *address = raw ? raw : "";
	if (is_link(address)) {
		json_put_str(to, "name", name ? name : address);
		json_put_str(to, "link", address);
		return true;
	}
	if (!is_plain_name(address))
		return false;
	json_put_str(to, "name", address);
	json_put_str(to, "beside", address);
	return true;
}

json_t *attachments_read(icalcomponent *c)
{
	json_auto_t *list = json_array();
	icalproperty *p = icalcomponent_get_first_property(c, ICAL_ATTACH_PROPERTY);

	for (; p && json_array_size(list) < ATTACHMENTS_MAX;
		p = icalcomponent_get_next_property(c, ICAL_ATTACH_PROPERTY)) {
		json_auto_t *one = json_object();
		str_auto *name = given_name(p);
		str_auto *type = property_parameter(p, "FMTTYPE");
		if (!put_value(one, p, name))
			continue;
		json_put_str(one, "media_type", type);
		json_array_append(list, one);
	}
	return json_array_size(list) ? json_incref(list) : NULL;
}

static bool find_in_event(icalcomponent *c, const char *sha256, struct buf *ret)
{
	icalproperty *p = icalcomponent_get_first_property(c, ICAL_ATTACH_PROPERTY);

	for (; p; p = icalcomponent_get_next_property(c, ICAL_ATTACH_PROPERTY)) {
		char found[HASH_HEX_SIZE];
		buf_auto bytes = BUF_EMPTY;
		if (!decode(p, &bytes))
			continue;
		hash_hex(bytes.data, bytes.len, found);
		if (strcmp(found, sha256) != 0)
			continue;
		buf_add(ret, bytes.data, bytes.len);
		return true;
	}
	return false;
}

bool attachments_find(icalcomponent *calendar, const char *sha256, struct buf *ret)
{
	icalcomponent *c =
		icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);

	for (; c; c = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT))
		if (find_in_event(c, sha256, ret))
			return true;
	return false;
}
