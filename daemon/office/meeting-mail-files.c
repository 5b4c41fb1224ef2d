#include "office/meeting-mail-files.h"

#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "office/minutes-files.h"
#include "store/blob.h"
#include "store/mailed.h"

/* ---- which of them ---- */

static bool ends_with(const char *name, const char *end)
{
	size_t len = strlen(name);
	size_t wanted = strlen(end);

	return len >= wanted && text_equal_nocase(name + len - wanted, end);
}

/* A picture that somebody has attached, and not one that his letter shows. */
static bool is_attached(const json_t *attachment)
{
	return text_equal_nocase(
		json_str_or(attachment, "disposition", ""), "attachment");
}

static bool goes_along(const struct mail_case *c, const json_t *attachment)
{
	const char *type = json_str_or(attachment, "media_type", "");
	const char *name = json_str_or(attachment, "name", "");
	bool is_picture = text_starts_nocase(type, "image/");
	bool is_forwarded = strcmp(c->class, "itip") != 0;

	/* Of an invitation that is sent on, its own files, not what is beside it. */
	if (!*name || json_bool_or(attachment, "nested", false) != is_forwarded ||
		json_int_or(attachment, "size", 0) <= 0 ||
		text_starts_nocase(type, "message/") || ends_with(name, ".ics") ||
		text_equal_nocase(name, "winmail.dat"))
		return false;
	return is_picture ? is_attached(attachment)
			  : !minutes_files_is_ornament(attachment);
}

/* ---- taking them out ---- */

static int keep(struct office *o, const struct mail_case *c, const json_t *attachment,
	struct err *err)
{
	spool_auto bytes = SPOOL_NONE;
	char kept[HASH_HEX_SIZE];
	int has = blob_has(o->db, json_str_or(attachment, "sha256", ""), err);

	if (has != 0)
		return has < 0 ? -1 : 0;
	if (minutes_files_take_out(o, c, attachment, &bytes, err) < 0)
		return -1;
	const struct content content = spool_content(&bytes);
	return blob_put_content(o->db, &content, c->now, kept, err);
}

int meeting_mail_files_take(struct office *o, struct mail_case *c, struct err *err)
{
	int64_t left = o->config->settings.attachments_largest;
	size_t i;
	json_t *attachment;

	c->files = json_array();
	json_array_foreach (json_object_get(c->said, "attachments"), i, attachment) {
		int64_t size = json_int_or(attachment, "size", 0);
		if (!goes_along(c, attachment) || size > left)
			continue;
		left -= size;
		if (keep(o, c, attachment, err) < 0)
			return -1;
		json_array_append(c->files, attachment);
	}
	return 0;
}

/* ---- giving them to the entry ---- */

static json_t *files_of(const json_t *all, const json_t *component)
{
	str_auto *date = xasprintf("%s%s", json_str_or(component, "recurrence_id", ""),
		json_str(component, "range") ? ">" : "");
	json_t *own = json_object_get(all, date);

	return own ? own : json_object_get(all, "");
}

static void add(json_t *component, json_t *files)
{
	json_t *attachments = json_object_get(component, "attachments");

	if (attachments)
		json_array_extend(attachments, files);
	else
		json_object_set(component, "attachments", files);
}

int meeting_mail_files_add(
	struct office *o, int64_t source_id, const json_t *calendar, struct err *err)
{
	json_auto_t *all = mailed_files(o->db, source_id, err);
	size_t i;
	json_t *component;

	if (!all)
		return -1;
	json_array_foreach (json_object_get(calendar, "components"), i, component) {
		json_t *files = files_of(all, component);
		if (files)
			add(component, files);
	}
	return 0;
}
