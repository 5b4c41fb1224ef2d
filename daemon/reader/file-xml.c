#include "reader/file-xml.h"

#include <libxml/parser.h>
#include <string.h>

/* Names are told apart without their namespaces: both families use theirs throughout.
 * w: and a: are Office Open XML, text: is OpenDocument. */
struct file_xml {
	struct buf *to;
	size_t text_max;
	xmlParserCtxt *parser;
	int in_text;	  /* depth within what holds words */
	int in_run;	  /* w:r: a w:tab elsewhere sets a tab stop */
	bool has_doctype; /* nobody's document has one */
};

static void put(struct file_xml *x, const char *text, size_t len)
{
	size_t room = x->text_max > x->to->len ? x->text_max - x->to->len : 0;

	if (len > room) {
		len = room;
		/* Not amid a character. */
		while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	if (len > 0)
		buf_add(x->to, text, len);
}

static bool is_one_of(const xmlChar *name, const char *const *names)
{
	for (; *names; names++)
		if (strcmp((const char *)name, *names) == 0)
			return true;
	return false;
}

static const char *const text_holders[] = {"t", "delText", "p", "h", NULL};
static const char *const odf_space[] = {"s", NULL};
static const char *const lines[] = {"br", "cr", "line-break", NULL};
static const char *const cells[] = {"tc", "table-cell", NULL};
static const char *const paragraphs[] = {"p", "h", "tr", "table-row", NULL};
/* A p of Office Open XML holds words only within t, one of OpenDocument directly. */
static bool holds_words(const xmlChar *name, const xmlChar *uri)
{
	bool is_odf = uri && strstr((const char *)uri, "opendocument");

	if (!is_one_of(name, text_holders))
		return false;
	return is_odf ? name[0] == 'p' || name[0] == 'h'
		      : name[0] == 't' || name[0] == 'd';
}

static void on_start(void *context, const xmlChar *name, const xmlChar *prefix,
	const xmlChar *uri, int namespace_count, const xmlChar **namespaces,
	int attribute_count, int defaulted, const xmlChar **attributes)
{
	struct file_xml *x = context;

	(void)prefix, (void)namespace_count, (void)namespaces;
	(void)attribute_count, (void)defaulted, (void)attributes;
	if (holds_words(name, uri))
		x->in_text++;
	if (strcmp((const char *)name, "r") == 0)
		x->in_run++;
	if (strcmp((const char *)name, "tab") == 0 && (x->in_run || x->in_text))
		put(x, "\t", 1);
	else if (is_one_of(name, odf_space) && x->in_text)
		put(x, " ", 1);
	else if (is_one_of(name, lines))
		put(x, "\n", 1);
	else if (strcmp((const char *)name, "noBreakHyphen") == 0)
		put(x, "-", 1);
}

static void on_end(
	void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct file_xml *x = context;

	(void)prefix;
	if (holds_words(name, uri) && x->in_text > 0)
		x->in_text--;
	if (strcmp((const char *)name, "r") == 0 && x->in_run > 0)
		x->in_run--;
	if (is_one_of(name, paragraphs))
		put(x, "\n", 1);
	else if (is_one_of(name, cells))
		put(x, "\t", 1);
}

static void on_text(void *context, const xmlChar *text, int len)
{
	struct file_xml *x = context;

	if (x->in_text > 0 && len > 0)
		put(x, (const char *)text, (size_t)len);
}

static void on_doctype(void *context, const xmlChar *name, const xmlChar *external,
	const xmlChar *system)
{
	struct file_xml *x = context;

	(void)name, (void)external, (void)system;
	x->has_doctype = true;
	xmlStopParser(x->parser);
}

struct file_xml *file_xml_new(struct buf *to, size_t text_max)
{
	xmlSAXHandler handler = {.initialized = XML_SAX2_MAGIC,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.characters = on_text,
		.ignorableWhitespace = on_text,
		.cdataBlock = on_text,
		.internalSubset = on_doctype};
	struct file_xml *x = xcalloc(1, sizeof(*x));

	x->to = to;
	x->text_max = text_max;
	x->parser = xmlCreatePushParserCtxt(&handler, x, NULL, 0, NULL);
	if (!x->parser)
		abort();
	xmlCtxtUseOptions(
		x->parser, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	return x;
}

void file_xml_add(struct file_xml *x, const char *bytes, size_t len)
{
	if (!x->has_doctype)
		xmlParseChunk(x->parser, bytes, (int)len, 0);
}

bool file_xml_end(struct file_xml *x)
{
	if (x->has_doctype)
		return false;
	xmlParseChunk(x->parser, NULL, 0, 1);
	return x->parser->wellFormed;
}

void file_xml_free(struct file_xml *x)
{
	if (!x)
		return;
	xmlFreeDoc(x->parser->myDoc);
	x->parser->myDoc = NULL;
	xmlFreeParserCtxt(x->parser);
	free(x);
}
