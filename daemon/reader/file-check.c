#include "reader/file-check.h"

#include <libxml/parser.h>
#include <stdbool.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "mail/charset.h"
#include "reader/file-office.h"
#include "reader/file-rtf.h"
#include "reader/file-type.h"

#define PIECE ((size_t)256 << 10)
#define PDF_HEAD 1024 /* bytes in which "%PDF-" stands */
#define PDF_TAIL 2048 /* bytes in which the end stands */
#define OLE2_MAGIC "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

/* A file on the table. */
struct checking {
	const char *bytes;
	size_t len;
	const char *name;
	const struct file_limits *limits;
	struct buf *text;
	const char *refused; /* the first reason against it */
	const char *what;
};

static void refuse(struct checking *c, const char *reason, const char *what)
{
	if (c->refused)
		return;
	c->refused = reason;
	c->what = what;
}

static bool has(const char *bytes, size_t len, const char *needle, size_t needle_len)
{
	return len >= needle_len && memmem(bytes, len, needle, needle_len) != NULL;
}

#define HAS(bytes, len, literal) has(bytes, len, literal, sizeof(literal) - 1)

/* Anywhere in it, piece by piece, each with the beginning of the next. */
static bool holds(const struct checking *c, const char *needle, size_t needle_len)
{
	size_t passed = 0;

	for (size_t at = 0; at < c->len; at += PIECE) {
		size_t left = c->len - at;
		size_t n = left < PIECE + needle_len ? left : PIECE + needle_len;
		if (has(c->bytes + at, n, needle, needle_len))
			return true;
		mapping_passed(c->limits->mapping, &passed, n);
	}
	return false;
}

#define HOLDS(c, literal) holds(c, literal, sizeof(literal) - 1)

static bool is_blank(const struct buf *text)
{
	return strspn(buf_str(text), " \t\r\n\f\v\xc2\xa0") >= text->len;
}

/* ---- PDF (ISO 32000-1) ---- */

static bool is_pdf(const struct checking *c)
{
	return HAS(c->bytes, c->len < PDF_HEAD ? c->len : PDF_HEAD, "%PDF-");
}

/* 7.5.5: the end names where the table of contents is. */
static void check_pdf(struct checking *c, json_t *said)
{
	size_t len = c->len;

	while (len > 0 && strchr(" \t\r\n", c->bytes[len - 1]))
		len--; /* a NUL too, which strchr finds at the end */
	const char *tail = c->bytes + (len > PDF_TAIL ? len - PDF_TAIL : 0);
	size_t tail_len = len > PDF_TAIL ? PDF_TAIL : len;
	if (!HAS(tail, tail_len, "%%EOF") || !HAS(tail, tail_len, "startxref"))
		refuse(c, "minutes-damaged", "the end of the PDF is missing");
	if (HOLDS(c, "/Encrypt"))
		json_object_set_new(said, "is_encrypted", json_true());
}

/* ---- zip: Office Open XML, OpenDocument ---- */

static void check_state(struct checking *c, enum zip_state state)
{
	switch (state) {
	case ZIP_OK:
		return;
	case ZIP_BOMB:
		refuse(c, "minutes-bomb", "it unpacks to more than the limits allow");
		return;
	case ZIP_PASSWORD:
		refuse(c, "minutes-password", "its content is encrypted");
		return;
	case ZIP_DAMAGED:
		refuse(c, "minutes-damaged", "the zip is cut off or damaged");
		return;
	}
}

static bool is_text_document(const char *type)
{
	return strstr(type, "wordprocessingml") || strstr(type, "opendocument.text");
}

/* The caller frees. */
static char *check_zip(struct checking *c)
{
	office_file_auto f;

	office_file_read(c->bytes, c->len, c->limits, &f);
	if (f.has_macros && f.state != ZIP_BOMB)
		refuse(c, "minutes-macros", "it holds macros");
	check_state(c, f.state);
	if (f.is_damaged)
		refuse(c, "minutes-damaged", "its text is no XML");
	if (is_text_document(f.media_type) && is_blank(&f.text) && !f.has_pictures)
		refuse(c, "minutes-empty", "there is no text in it");
	buf_add(c->text, f.text.data, f.text.len);
	return xstrdup(f.media_type);
}

/* ---- OLE2: old Word, and encrypted new Word ([MS-CFB], [MS-OFFCRYPTO]) ---- */

#define U(c) c "\0"

static char *check_ole2(struct checking *c)
{
	static const char package[] = U("E") U("n") U("c") U("r") U("y") U("p") U("t")
		U("e") U("d") U("P") U("a") U("c") U("k") U("a") U("g") U("e");
	static const char macros[] = U("_") U("V") U("B") U("A") U("_") U("P") U("R")
		U("O") U("J") U("E") U("C") U("T");
	static const char word[] = U("W") U("o") U("r") U("d") U("D") U("o") U("c")
		U("u") U("m") U("e") U("n") U("t");

	if (HOLDS(c, package)) {
		refuse(c, "minutes-password", "it is encrypted");
		return xstrdup("application/x-ole-storage");
	}
	if (HOLDS(c, macros))
		refuse(c, "minutes-macros", "it holds macros");
	return xstrdup(
		HOLDS(c, word) ? "application/msword" : "application/x-ole-storage");
}

/* ---- text ---- */

static void check_rtf(struct checking *c)
{
	if (!rtf_text(
		    c->text, c->bytes, c->len, c->limits->text_max, c->limits->mapping))
		refuse(c, "minutes-damaged", "the RTF is cut off");
	if (is_blank(c->text) && !HOLDS(c, "\\pict"))
		refuse(c, "minutes-empty", "there is no text in it");
}

static void check_text(struct checking *c)
{
	const unsigned char *b = (const unsigned char *)c->bytes;
	size_t len = c->len < c->limits->text_max ? c->len : c->limits->text_max;
	const char *charset = NULL;

	if (len >= 2 &&
		((b[0] == 0xff && b[1] == 0xfe) || (b[0] == 0xfe && b[1] == 0xff)))
		charset = "utf-16";
	charset_decode(c->text, charset, c->bytes, len);
	if (is_blank(c->text))
		refuse(c, "minutes-empty", "there is no text in it");
}

/* libmagic sees programs and mail in people's words; whoever calls it .txt means text.
 * What a browser would open as a page stays one. */
static bool is_meant_as_text(const struct checking *c, const char *type)
{
	const char *dot = strrchr(c->name, '.');

	if (strcmp(type, "text/plain") == 0)
		return true;
	return (!dot || text_equal_nocase(dot, ".txt")) &&
	       (text_starts(type, "text/") || text_starts(type, "message/")) &&
	       !text_starts(type, "text/html") && !text_starts(type, "text/xml") &&
	       !text_starts(type, "text/rtf");
}

/* ---- all ---- */

/* The caller frees. */
static char *check_by_type(struct checking *c, json_t *said)
{
	if (HAS(c->bytes, c->len < 4 ? c->len : 4, "PK\3\4") ||
		HAS(c->bytes, c->len < 4 ? c->len : 4, "PK\5\6"))
		return check_zip(c);
	if (HAS(c->bytes, c->len < 8 ? c->len : 8, OLE2_MAGIC))
		return check_ole2(c);
	str_auto *type = file_type(c->bytes, c->len);
	bool is_plain = is_meant_as_text(c, type);
	if (strcmp(type, "application/pdf") == 0 ||
		(is_pdf(c) &&
			(is_plain || strcmp(type, "application/octet-stream") == 0))) {
		check_pdf(c, said);
		return xstrdup("application/pdf");
	}
	if (strcmp(type, "text/rtf") == 0) {
		check_rtf(c);
		return xstrdup("application/rtf");
	}
	if (is_plain) {
		check_text(c);
		return xstrdup("text/plain");
	}
	return TAKE(type);
}

json_t *file_check(const void *bytes, size_t len, const char *name,
	const struct file_limits *limits, struct buf *ret_text)
{
	struct checking c = {.bytes = len ? bytes : "",
		.len = len,
		.name = name,
		.limits = limits,
		.text = ret_text};
	json_t *said = json_object();

	if (len == 0)
		refuse(&c, "minutes-empty", "it has no bytes");
	str_auto *type =
		len ? check_by_type(&c, said) : xstrdup("application/octet-stream");
	json_put_str(said, "media_type", type);
	json_put_str(said, "refused", c.refused);
	json_put_str(said, "what", c.what);
	return said;
}

void file_check_warm_up(void)
{
	static const struct file_limits limits = {10, 1000, 10, 1, 100, NULL};
	/* An empty zip. */
	static const char zip[22] = "PK\5\6";
	buf_auto text = BUF_EMPTY;

	xmlInitParser();
	file_type_load();
	json_decref(file_check(zip, sizeof(zip), "", &limits, &text));
}
