#include "render/svg.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define FONT "Liberation Sans, Arial, Helvetica, sans-serif"

static bool is_xml_character(uint32_t c)
{
	return (c >= 0x20 && c != 0x7f && c < 0xfffe) || c > 0xffff || c == '\t' ||
	       c == '\n' || c == '\r';
}

void svg_escape(struct buf *out, const char *text)
{
	const char *end = text + strlen(text);
	char utf8[5];

	while (text < end) {
		uint32_t c = text_next_char(&text, end);
		if (c == '&')
			buf_add_str(out, "&amp;");
		else if (c == '<')
			buf_add_str(out, "&lt;");
		else if (c == '>')
			buf_add_str(out, "&gt;");
		else if (c == '"')
			buf_add_str(out, "&quot;");
		else if (c == '\'')
			buf_add_str(out, "&#39;");
		else {
			text_put_char(utf8, is_xml_character(c) ? c : 0xfffd);
			buf_add_str(out, utf8);
		}
	}
}

void svg_title(struct buf *out, const char *text)
{
	buf_add_str(out, "<title>");
	svg_escape(out, text);
	buf_add_str(out, "</title>");
}

void svg_begin(struct buf *out, const struct svg_page *page)
{
	buf_add_str(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			 "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" "
			 "xml:lang=\"");
	svg_escape(out, page->language);
	buf_addf(out,
		"\" width=\"%gmm\" height=\"%gmm\" viewBox=\"0 0 %g %g\"\n"
		"  font-family=\"" FONT "\">\n",
		page->width_mm, page->height_mm, page->width, page->height);
	svg_title(out, page->title);
	buf_addf(out, "\n<rect width=\"%g\" height=\"%g\" fill=\"#fff\"/>\n",
		page->width, page->height);
}

void svg_end(struct buf *out)
{
	buf_add_str(out, "</svg>\n");
}

void svg_text(struct buf *out, const struct svg_text *style, const char *text)
{
	static const char *const anchors[] = {
		[SVG_START] = "start", [SVG_MIDDLE] = "middle", [SVG_END] = "end"};

	buf_addf(out, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%.1f\" fill=\"%s\"",
		style->x, style->y, style->size, style->fill);
	if (style->anchor != SVG_START)
		buf_addf(out, " text-anchor=\"%s\"", anchors[style->anchor]);
	if (style->is_bold)
		buf_add_str(out, " font-weight=\"bold\"");
	if (style->turn != 0)
		buf_addf(out, " transform=\"rotate(%.2f %.1f %.1f)\"", style->turn,
			style->x, style->y);
	buf_add_char(out, '>');
	svg_escape(out, text);
	buf_add_str(out, "</text>\n");
}

static double character_width(uint32_t c)
{
	if (c < 0x80 && strchr("ijlt.,:;'|!()[] -fr/", (int)c))
		return 0.34;
	if (c == 'm' || c == 'w' || c == 'M' || c == 'W' || c == '@' || c == '%')
		return 0.9;
	if (c >= 'A' && c <= 'Z')
		return 0.7;
	/* Wide characters of East Asia. */
	return c >= 0x1100 ? 1.0 : 0.57;
}

double svg_text_width(const char *text, double size)
{
	const char *end = text + strlen(text);
	double width = 0;

	while (text < end)
		width += character_width(text_next_char(&text, end));
	return width * size;
}

char *svg_fit(const char *text, double size, double width)
{
	const char *end = text + strlen(text);
	const char *at = text;
	double room = width - size * 0.9; /* for the dots */

	if (svg_text_width(text, size) <= width)
		return xstrdup(text);
	for (const char *next = at; next < end; at = next) {
		room -= size * character_width(text_next_char(&next, end));
		if (room < 0)
			break;
	}
	str_auto *head = xstrndup(text, (size_t)(at - text));
	str_auto *trimmed = text_trim(head);
	return xasprintf("%s…", trimmed);
}
