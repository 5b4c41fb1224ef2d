#include "office/minutes-files.h"
#include "store/incoming-source.h"

#include <ctype.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "office/pdf-text.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define TNEF_MAGIC "\x78\x9f\x3e\x22" /* [MS-OXTNEF] 2.1.3.1 */
#define OOXML "application/vnd.openxmlformats-officedocument."

static const struct {
	const char *media_type;
	const char *extension;
} extensions[] = {
	{"application/pdf", ".pdf"},
	{OOXML "wordprocessingml.document", ".docx"},
	{"application/vnd.oasis.opendocument.text", ".odt"},
	{"application/rtf", ".rtf"},
	{"text/plain", ".txt"},
	{"application/msword", ".doc"},
	{OOXML "spreadsheetml.sheet", ".xlsx"},
	{OOXML "presentationml.presentation", ".pptx"},
};

/* ---- what nobody hands in ---- */

/* ATT00001.txt: a mail server's name for text behind an attachment, a footer mostly. */
static bool is_servers_name(const char *name)
{
	const char *at = name + 3;

	if (!text_starts_nocase(name, "ATT") || !isdigit((unsigned char)*at))
		return false;
	while (isdigit((unsigned char)*at))
		at++;
	return text_equal_nocase(at, ".txt") || text_starts_nocase(at, ".htm");
}

bool minutes_files_is_ornament(const json_t *attachment)
{
	static const char *const types[] = {"image/", "text/calendar",
		"application/ics", "application/pkcs7-signature",
		"application/x-pkcs7-signature", "application/pgp-", "text/vcard",
		"text/x-vcard", "text/directory"};
	const char *type = json_str_or(attachment, "media_type", "");
	const char *name = json_str(attachment, "name");

	for (size_t i = 0; i < COUNT(types); i++)
		if (text_starts_nocase(type, types[i]))
			return true;
	return text_starts_nocase(type, "text/") && (!name || is_servers_name(name));
}

bool minutes_files_may_be(const struct office *o, const json_t *attachment)
{
	const char *type = json_str_or(attachment, "media_type", "");

	return json_has_str(o->config->settings.minutes_types, type) ||
	       strcmp(type, "application/octet-stream") == 0 ||
	       strcmp(type, "application/ms-tnef") == 0;
}

/* ---- one file ---- */

/* NULL: the spool cannot be read. */
static json_t *file_new(const char *name, struct spool *content, struct err *err)
{
	const struct content bytes = spool_content(content);
	char sha256[HASH_HEX_SIZE];

	if (content_hash(&bytes, sha256, err) < 0)
		return NULL;
	json_t *file = json_object();
	json_put_str(file, "name", name);
	json_put_int(file, "size", (int64_t)content->size);
	json_put_str(file, "sha256", sha256);
	return file;
}

static void refuse(json_t *file, const char *reason, const char *what)
{
	if (json_object_get(file, "refused"))
		return;
	json_put_str(file, "refused", reason);
	json_put_str(file, "what", what);
}

/* Its name says what it is, whatever it was called. The caller frees. */
static char *name_for(const char *name, const char *extension)
{
	const char *dot = strrchr(name, '.');
	bool is_other = false;

	for (size_t i = 0; dot && i < COUNT(extensions); i++)
		is_other |= text_equal_nocase(dot, extensions[i].extension);
	return xasprintf("%.*s%s", (int)(is_other ? dot - name : (long)strlen(name)),
		name, extension);
}

/* A document goes out under the name of what it is. */
static void set_name(json_t *file)
{
	const char *type = json_str_or(file, "media_type", "");
	const char *name = json_str_or(file, "name", "protokoll");
	const char *dot = strrchr(name, '.');
	const char *extension = NULL;

	for (size_t i = 0; i < COUNT(extensions); i++)
		if (strcmp(extensions[i].media_type, type) == 0)
			extension = extensions[i].extension;
	if (!extension || (dot && text_equal_nocase(dot, extension)))
		return;
	str_auto *renamed = name_for(name, extension);
	json_put_str(file, "note", dot ? "minutes-name-differs" : NULL);
	json_put_str(file, "named", name);
	json_put_str(file, "name", renamed);
}

static void read_pdf(struct office *o, json_t *file, const struct spool *content,
	bool is_encrypted, struct buf *text)
{
	struct err why = ERR_INIT;

	switch (pdf_text(
		&o->config->settings.reader, content, is_encrypted, text, &why)) {
	case PDF_READ:
		return;
	case PDF_PASSWORD:
		refuse(file, "minutes-password", "it does not open without a password");
		return;
	case PDF_EMPTY:
		refuse(file, "minutes-empty", "it has no pages");
		return;
	case PDF_DAMAGED:
		refuse(file, "minutes-damaged", "it cannot be opened");
		return;
	case PDF_UNREAD:
		json_put_str(file, "note", "minutes-text-unread");
		log_event(
			LOG_LEVEL_WARNING, "minutes-text-unread", "what=%s", why.text);
		return;
	}
}

static void take_verdict(struct office *o, json_t *file, const json_t *said,
	const struct spool *content, struct buf *text)
{
	const char *type = json_str_or(said, "media_type", "application/octet-stream");

	json_put_str(file, "media_type", type);
	if (json_str(said, "refused"))
		refuse(file, json_str(said, "refused"), json_str(said, "what"));
	else if (strcmp(type, "application/pdf") == 0)
		read_pdf(o, file, content, json_bool_or(said, "is_encrypted", false),
			text);
	if (!json_has_str(o->config->settings.minutes_types, type))
		refuse(file, "minutes-type-refused", type);
	set_name(file);
}

/* What ends the reader is damaged, or made to do so. */
static int check(struct office *o, json_t *file, struct spool *content,
	struct buf *text, struct err *err)
{
	const struct content bytes = spool_content(content);
	json_auto_t *said = NULL;
	struct err why = ERR_INIT;

	switch (reader_file(
		o->reader, &bytes, json_str_or(file, "name", ""), &said, text, &why)) {
	case READER_OK:
		take_verdict(o, file, said, content, text);
		return 0;
	case READER_BROKEN:
	case READER_SLOW:
		refuse(file, "minutes-damaged", "it takes too long to read");
		return 0;
	case READER_CRASHED:
		break;
	}
	if (why.kind == ERR_TEMP)
		return err_set(err, ERR_TEMP, "%s", why.text);
	refuse(file, "minutes-damaged", why.text);
	return 0;
}

/* ---- all of them ---- */

/* True where there is no room for one more. */
static bool is_full(struct office *o, struct mail_case *c)
{
	if (c->file_count < (size_t)o->config->settings.minutes_files)
		return false;
	json_t *last = json_array_get(c->files, c->file_count - 1);
	refuse(last, "minutes-too-many", "there are more files than may be");
	return true;
}

/* Takes file; empties the others. */
static void keep(
	struct mail_case *c, json_t *file, struct spool *content, struct buf *text)
{
	size_t i = c->file_count++;

	c->spools[i] = *content;
	c->texts[i] = *text;
	*content = SPOOL_NONE;
	*text = BUF_EMPTY;
	json_array_append_new(c->files, file);
}

/* A picture is an ornament also where the mail calls it something else. */
static bool is_picture(const struct office *o, const json_t *file)
{
	const char *type = json_str_or(file, "media_type", "");

	return text_starts(type, "image/") &&
	       !json_has_str(o->config->settings.minutes_types, type);
}

/* Empties content. */
static int take_file(struct office *o, struct mail_case *c, const char *name,
	struct spool *content, struct err *err)
{
	buf_auto text = BUF_EMPTY;

	if (is_full(o, c))
		return 0;
	json_auto_t *file = file_new(name, content, err);
	if (!file)
		return -1;
	if ((int64_t)content->size > o->config->settings.minutes_largest)
		refuse(file, "minutes-too-large", NULL);
	else if (check(o, file, content, &text, err) < 0)
		return -1;
	if (!is_picture(o, file))
		keep(c, json_incref(file), content, &text);
	return 0;
}

static int take_packed(struct office *o, struct mail_case *c, const json_t *said,
	struct spool *contents, struct err *err)
{
	size_t i;
	uint64_t at = 0;
	json_t *file;

	json_array_foreach (json_object_get(said, "files"), i, file) {
		const struct content all = spool_content(contents);
		const struct content_part part = {
			&all, at, (uint64_t)json_int_or(file, "size", 0)};
		spool_auto content = SPOOL_NONE;
		if (part.size > all.size - at)
			break;
		const struct content own = content_part_of(&part);
		if (spool_open(&content, o->ctx->state_dir, err) < 0 ||
			spool_add(&content, &own, err) < 0)
			return -1;
		at += part.size;
		if (take_file(o, c, json_str_or(file, "name", ""), &content, err) < 0)
			return -1;
	}
	return 0;
}

/* winmail.dat: one that cannot be unpacked may hold the minutes. */
static int take_tnef(struct office *o, struct mail_case *c, const char *name,
	struct spool *content, struct err *err)
{
	const struct content bytes = spool_content(content);
	json_auto_t *said = NULL;
	spool_auto contents = SPOOL_NONE;
	struct err why = ERR_INIT;

	if (spool_open(&contents, o->ctx->state_dir, err) < 0)
		return -1;
	const struct sink sink = spool_sink(&contents);
	enum reader_outcome outcome =
		reader_tnef(o->reader, &bytes, &said, &sink, &why);
	if (outcome == READER_OK)
		return take_packed(o, c, said, &contents, err);
	if (outcome == READER_CRASHED && why.kind == ERR_TEMP)
		return err_set(err, ERR_TEMP, "%s", why.text);
	if (is_full(o, c))
		return 0;
	json_t *file = file_new(name, content, err);
	if (!file)
		return -1;
	json_put_str(file, "media_type", "application/ms-tnef");
	refuse(file, "minutes-winmail",
		json_str_or(said, "what", "it ends the program that unpacks it"));
	buf_auto text = BUF_EMPTY;
	keep(c, file, content, &text);
	return 0;
}

static bool begins_tnef(struct spool *content)
{
	const struct content bytes = spool_content(content);
	struct err err = ERR_INIT;
	char head[4];

	return bytes.size >= sizeof(head) &&
	       bytes.read(bytes.source, 0, head, sizeof(head), &err) == 0 &&
	       memcmp(head, TNEF_MAGIC, sizeof(head)) == 0;
}

static bool is_tnef(const json_t *attachment, struct spool *content)
{
	const char *type = json_str_or(attachment, "media_type", "");
	const char *name = json_str_or(attachment, "name", "");

	return begins_tnef(content) || text_equal_nocase(name, "winmail.dat") ||
	       text_equal_nocase(type, "application/ms-tnef") ||
	       text_equal_nocase(type, "application/vnd.ms-tnef");
}

int minutes_files_take_out(struct office *o, const struct mail_case *c,
	const json_t *attachment, struct spool *ret, struct err *err)
{
	incoming_source_auto raw = INCOMING_SOURCE_NONE;
	const struct sink sink = spool_sink(ret);

	if (spool_open(ret, o->ctx->state_dir, err) < 0 ||
		incoming_source_open(o->db, c->in->id, &raw, err) < 0)
		return -1;
	const struct content mail = {(uint64_t)raw.size, incoming_source_read, &raw};
	if (json_int_or(attachment, "size", 0) == 0 ||
		reader_part(o->reader, &mail, json_str_or(attachment, "sha256", ""),
			&sink, err) == READER_OK)
		return 0;
	return err_set(err, err->kind == ERR_TEMP ? ERR_TEMP : ERR_PERM,
		"%s could not be taken out", json_str_or(attachment, "name", ""));
}

static int take_attachment(struct office *o, struct mail_case *c,
	const json_t *attachment, struct err *err)
{
	const char *name = json_str_or(attachment, "name", "");
	spool_auto content = SPOOL_NONE;

	if (minutes_files_take_out(o, c, attachment, &content, err) < 0)
		return -1;
	return is_tnef(attachment, &content) ? take_tnef(o, c, name, &content, err)
					     : take_file(o, c, name, &content, err);
}

/* An attached mail's own files are in the list behind it. */
static bool is_taken(const json_t *attachment)
{
	return !minutes_files_is_ornament(attachment) &&
	       !text_starts_nocase(
		       json_str_or(attachment, "media_type", ""), "message/rfc822");
}

static void find_refusal(struct mail_case *c)
{
	size_t i;
	json_t *file;

	json_array_foreach (c->files, i, file) {
		const char *reason = json_str(file, "refused");
		/* What the coordinator can overrule counts last. */
		if (reason && (!c->refusal ||
				      strcmp(c->refusal, "minutes-type-refused") == 0))
			c->refusal = reason;
	}
}

int minutes_files_take(struct office *o, struct mail_case *c, struct err *err)
{
	size_t most = (size_t)o->config->settings.minutes_files;
	size_t i;
	json_t *attachment;

	c->files = json_array();
	c->spools = xcalloc(most, sizeof(*c->spools));
	c->texts = xcalloc(most, sizeof(*c->texts));
	json_array_foreach (json_object_get(c->said, "attachments"), i, attachment) {
		if (is_taken(attachment) && take_attachment(o, c, attachment, err) < 0)
			return -1;
	}
	find_refusal(c);
	return 0;
}

bool minutes_files_is_refusal(const char *reason)
{
	static const char *const codes[] = {"minutes-bomb", "minutes-damaged",
		"minutes-empty", "minutes-infected", "minutes-macros",
		"minutes-password", "minutes-too-large", "minutes-too-many",
		"minutes-type-refused", "minutes-winmail"};

	for (size_t i = 0; i < COUNT(codes); i++)
		if (strcmp(codes[i], reason) == 0)
			return true;
	return false;
}

char *minutes_files_text(const struct mail_case *c)
{
	buf_auto all = BUF_EMPTY;

	for (size_t i = 0; i < c->file_count; i++) {
		if (all.len > 0 && c->texts[i].len > 0)
			buf_add_str(&all, "\n\n");
		buf_add(&all, c->texts[i].data, c->texts[i].len);
	}
	return all.len > 0 ? buf_steal(&all) : NULL;
}
