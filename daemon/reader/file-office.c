#include "reader/file-office.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "reader/file-xml.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define PIECE 65536
#define SMALL ((size_t)1 << 20) /* bytes of a list of contents that are looked at */
#define OOXML "application/vnd.openxmlformats-officedocument."

/* By the type of the main part in [Content_Types].xml (ECMA-376, 2). */
static const struct {
	const char *part;
	const char *media_type;
} families[] = {
	{"wordprocessingml.document.main+xml", OOXML "wordprocessingml.document"},
	{"wordprocessingml.template.main+xml", OOXML "wordprocessingml.template"},
	{"spreadsheetml.sheet.main+xml", OOXML "spreadsheetml.sheet"},
	{"presentationml.presentation.main+xml", OOXML "presentationml.presentation"},
	{"ms-word.document.macroEnabled",
		"application/vnd.ms-word.document.macroenabled.12"},
	{"ms-word.template.macroEnabled",
		"application/vnd.ms-word.template.macroenabled.12"},
	{"ms-excel.sheet.macroEnabled",
		"application/vnd.ms-excel.sheet.macroenabled.12"},
};

void office_file_deinit(struct office_file *f)
{
	buf_deinit(&f->text);
}

static void set_type(struct office_file *f, const char *type)
{
	snprintf(f->media_type, sizeof(f->media_type), "%s", type);
}

static void read_some(struct zip *z, size_t max, struct buf *ret)
{
	char piece[4096];
	size_t n = 0;

	while (ret->len < max && (n = zip_read(z, piece, sizeof(piece))) > 0)
		buf_add(ret, piece, n);
}

static void take_content_types(struct zip *z, struct office_file *f)
{
	buf_auto list = BUF_EMPTY;

	read_some(z, SMALL, &list);
	for (size_t i = 0; i < COUNT(families); i++)
		if (strstr(buf_str(&list), families[i].part)) {
			set_type(f, families[i].media_type);
			break;
		}
	f->has_macros |= strstr(buf_str(&list), "macroEnabled") != NULL;
}

/* OpenDocument 1.2, part 3, 3.3. */
static void take_mimetype(struct zip *z, struct office_file *f)
{
	static const char family[] = "application/vnd.oasis.opendocument.";
	buf_auto content = BUF_EMPTY;

	read_some(z, 100, &content);
	str_auto *type = text_trim(buf_str(&content));
	if (text_starts(type, family) && !text_has_controls(type, strlen(type)))
		set_type(f, type);
}

/* OpenDocument 1.2, part 3, 4.8.3. */
static void take_manifest(struct zip *z, struct office_file *f)
{
	buf_auto manifest = BUF_EMPTY;

	read_some(z, SMALL, &manifest);
	f->is_encrypted = strstr(buf_str(&manifest), "encryption-data") != NULL;
}

static void take_text(
	struct zip *z, const struct file_limits *limits, struct office_file *f)
{
	file_xml_auto *xml = file_xml_new(&f->text, limits->text_max);
	char piece[PIECE];
	size_t n = 0;

	while ((n = zip_read(z, piece, sizeof(piece))) > 0)
		file_xml_add(xml, piece, n);
	if (!file_xml_end(xml))
		f->is_damaged = true;
}

static bool is_in(const char *name, const char *folder)
{
	return text_starts_nocase(name, folder) && name[strlen(folder)];
}

/* An empty library, of which OpenDocument has a list all the same, is no macro. */
static bool is_macro(const char *name)
{
	const char *slash = strrchr(name, '/');
	const char *last = slash ? slash + 1 : name;

	if (text_starts_nocase(last, "vbaProject") ||
		text_starts_nocase(last, "vbaData"))
		return true;
	if (!is_in(name, "Basic/") && !is_in(name, "Scripts/"))
		return false;
	return *last && !text_starts(last, "script-l") &&
	       !text_starts(last, "dialog-l");
}

static bool is_picture(const char *name)
{
	return strstr(name, "/media/") || strstr(name, "/embeddings/") ||
	       is_in(name, "Pictures/") || text_starts(name, "Object ");
}

/* word/document.xml, which some call document2.xml, and what stands around it. */
static bool is_text(const char *name)
{
	static const char *const parts[] = {
		"document", "footnotes", "endnotes", "header", "footer", "comments"};
	const char *last = name + strlen("word/");
	size_t len = strlen(name);

	if (strcmp(name, "content.xml") == 0 || strcmp(name, "styles.xml") == 0)
		return true;
	if (!text_starts(name, "word/") || strchr(last, '/') || len < 4 ||
		strcmp(name + len - 4, ".xml") != 0)
		return false;
	for (size_t i = 0; i < COUNT(parts); i++)
		if (text_starts(last, parts[i]))
			return true;
	return false;
}

static void take_entry(
	struct zip *z, const struct file_limits *limits, struct office_file *f)
{
	const char *name = zip_name(z);

	f->has_macros |= is_macro(name);
	f->has_pictures |= is_picture(name);
	if (strcmp(name, "[Content_Types].xml") == 0)
		take_content_types(z, f);
	else if (strcmp(name, "mimetype") == 0)
		take_mimetype(z, f);
	else if (strcmp(name, "META-INF/manifest.xml") == 0)
		take_manifest(z, f);
	else if (is_text(name))
		take_text(z, limits, f);
}

void office_file_read(const void *bytes, size_t len, const struct file_limits *limits,
	struct office_file *ret)
{
	zip_auto *z = zip_open(bytes, len, limits);

	*ret = (struct office_file){.text = BUF_EMPTY};
	set_type(ret, "application/zip");
	while (zip_next(z))
		take_entry(z, limits, ret);
	ret->state = zip_state(z);
	/* Encrypted text is no XML, and that is not what is wrong with it. */
	if (ret->is_encrypted)
		ret->state = ZIP_PASSWORD;
	/* A zip of other things may hold what is named as a document's text. */
	if (strcmp(ret->media_type, "application/zip") == 0) {
		ret->is_damaged = false;
		buf_clear(&ret->text);
	}
}
