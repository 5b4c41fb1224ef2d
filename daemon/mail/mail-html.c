#include <libxml/HTMLparser.h>
#include <stdbool.h>
#include <string.h>

#include "mail/mail-text.h"

/* What begins and ends a line. */
static const char *const blocks[] = {"address", "article", "blockquote", "body",
	"center", "dd", "div", "dl", "dt", "fieldset", "footer", "form", "h1", "h2",
	"h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre",
	"section", "table", "tr", "ul"};
/* What nobody reads. */
static const char *const hidden[] = {"head", "iframe", "noscript", "object", "script",
	"select", "style", "svg", "template", "title"};

/* How mail programs mark, by class or id, what the writer did not write. */
static const char *const quote_marks[] = {"gmail_quote", "yahoo_quoted",
	"protonmail_quote", "ms-outlook-mobile-reference-message", "zmail_extra",
	"mail-reference", "moz-forward-container"};
static const char *const signature_marks[] = {"gmail_signature", "moz-signature",
	"ms-outlook-mobile-signature", "protonmail_signature_block",
	"outlook-signature", "AppleMailSignature", "ydp-signature", "BannerText",
	"x_Signature"};

struct writing {
	struct buf *to;
	int quotes; /* blockquotes around */
	bool pre;
	bool line_open; /* something stands on the line */
	bool space;	/* white space waits for a word */
};

static bool is_one_of(const xmlNode *node, const char *const *names, size_t count)
{
	for (size_t i = 0; node->name && i < count; i++)
		if (strcmp((const char *)node->name, names[i]) == 0)
			return true;
	return false;
}

static bool is_element(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && is_one_of(node, &name, 1);
}

static bool has_mark(const xmlNode *node, const char *const *marks, size_t count)
{
	static const char *const names[] = {"class", "id"};
	if (node->type != XML_ELEMENT_NODE)
		return false;
	for (const xmlAttr *a = node->properties; a; a = a->next) {
		const xmlNode *value = a->children;
		if (!a->name || !value || !value->content ||
			(strcmp((const char *)a->name, names[0]) != 0 &&
				strcmp((const char *)a->name, names[1]) != 0))
			continue;
		for (size_t i = 0; i < count; i++)
			if (strstr((const char *)value->content, marks[i]))
				return true;
	}
	return false;
}

static bool is_quote(const xmlNode *node)
{
	return is_element(node, "blockquote") ||
	       has_mark(node, quote_marks, sizeof(quote_marks) / sizeof(*quote_marks));
}

static void end_line(struct writing *w)
{
	if (w->line_open)
		buf_add_char(w->to, '\n');
	w->line_open = w->space = false;
}

static void begin_text(struct writing *w)
{
	if (!w->line_open && w->quotes > 0)
		buf_add_str(w->to, "> ");
	else if (w->line_open && w->space)
		buf_add_char(w->to, ' ');
	w->line_open = true;
	w->space = false;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void add_text(struct writing *w, const char *s)
{
	for (; *s; s++) {
		if (w->pre && *s == '\n') {
			begin_text(w);
			end_line(w);
		} else if (!w->pre && is_space(*s)) {
			w->space = true;
		} else {
			begin_text(w);
			buf_add_char(w->to, *s);
		}
	}
}

/* <br> ends a line even where nothing stands on it. */
static void break_line(struct writing *w)
{
	begin_text(w);
	end_line(w);
}

static void enter(struct writing *w, const xmlNode *node)
{
	if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE)
		add_text(w, (const char *)node->content);
	if (node->type != XML_ELEMENT_NODE)
		return;
	if (is_element(node, "br"))
		break_line(w);
	if (is_one_of(node, blocks, sizeof(blocks) / sizeof(blocks[0])))
		end_line(w);
	if (is_element(node, "p") && w->to->len > 1 &&
		memcmp(w->to->data + w->to->len - 2, "\n\n", 2) != 0)
		break_line(w);
	w->quotes += is_quote(node);
	w->pre = w->pre || is_element(node, "pre");
}

static void leave(struct writing *w, const xmlNode *node)
{
	if (node->type != XML_ELEMENT_NODE)
		return;
	if (is_one_of(node, blocks, sizeof(blocks) / sizeof(blocks[0])))
		end_line(w);
	if (is_element(node, "td") || is_element(node, "th"))
		w->space = true;
	w->quotes -= is_quote(node);
	w->pre = w->pre && !is_element(node, "pre");
}

static bool has_inside(const xmlNode *node)
{
	return node->children && node->type == XML_ELEMENT_NODE &&
	       !is_one_of(node, hidden, sizeof(hidden) / sizeof(hidden[0])) &&
	       !has_mark(node, signature_marks,
		       sizeof(signature_marks) / sizeof(*signature_marks));
}

/* No recursion: mail nests without limit. */
static void write_tree(struct writing *w, const xmlNode *root)
{
	const xmlNode *node = root;
	while (node) {
		enter(w, node);
		if (has_inside(node)) {
			node = node->children;
			continue;
		}
		leave(w, node);
		while (node != root && !node->next) {
			node = node->parent;
			leave(w, node);
		}
		node = node == root ? NULL : node->next;
	}
}

void mail_text_warm_up(void)
{
	xmlInitParser();
}

void mail_text_from_html(struct buf *to, const char *html, size_t len)
{
	struct writing w = {.to = to};
	htmlDocPtr doc = htmlReadMemory(html, (int)len, NULL, "UTF-8",
		HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
			HTML_PARSE_NONET | HTML_PARSE_COMPACT);
	if (!doc)
		return;
	const xmlNode *root = xmlDocGetRootElement(doc);
	if (root)
		write_tree(&w, root);
	end_line(&w);
	xmlFreeDoc(doc);
}
