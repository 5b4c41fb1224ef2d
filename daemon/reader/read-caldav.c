#include "reader/read-caldav.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#define DAV "DAV:"
#define CALDAV "urn:ietf:params:xml:ns:caldav"
#define HREFS_MAX 100
#define WARM_UP "<d:multistatus xmlns:d=\"DAV:\"/>"

/* No network, no warnings on stderr; not XML_PARSE_HUGE, whose absence keeps libxml2's
 * own limits of depth and length; not XML_PARSE_NOENT, which would insert entities. */
#define OPTIONS                                                                        \
	(XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA)

static void doc_freep(xmlDoc **doc)
{
	xmlFreeDoc(*doc);
}
#define doc_auto __attribute__((cleanup(doc_freep))) xmlDoc

static json_t *broken(const char *reason, const char *what)
{
	return json_pack("{s:s, s:s}", "broken", reason, "what", what);
}

static bool is_element(const xmlNode *node, const char *space, const char *name)
{
	return node->type == XML_ELEMENT_NODE && node->ns && node->ns->href &&
	       !strcmp((const char *)node->ns->href, space) &&
	       !strcmp((const char *)node->name, name);
}

static xmlNode *child_of(const xmlNode *parent, const char *space, const char *name)
{
	for (xmlNode *at = parent->children; at; at = at->next)
		if (is_element(at, space, name))
			return at;
	return NULL;
}

/* The text of an element, NULL where there is no such; the caller frees. */
static char *text_of(xmlNode *node)
{
	xmlChar *content = node ? xmlNodeGetContent(node) : NULL;

	if (!content)
		return NULL;
	char *text = xstrdup((const char *)content);
	xmlFree(content);
	return text;
}

/* Names and addresses: one line. */
static void put_line(json_t *object, const char *key, xmlNode *node)
{
	str_auto *text = text_of(node);
	str_auto *line = text ? text_trim(text) : NULL;

	if (line && !text_has_controls(line, strlen(line)))
		json_put_str(object, key, line);
}

static void put_whole(json_t *object, const char *key, xmlNode *node)
{
	str_auto *text = text_of(node);

	json_put_str(object, key, text);
}

/* "HTTP/1.1 200 OK": 200; 0 where it is none. */
static int status_of(const xmlNode *parent)
{
	str_auto *text = text_of(child_of(parent, DAV, "status"));
	const char *at = text ? strchr(text, ' ') : NULL;

	return at ? (int)strtol(at, NULL, 10) : 0;
}

/* The addresses within a property (RFC 4791, 6.2.1). */
static void put_hrefs(json_t *object, const char *key, const xmlNode *property)
{
	json_t *list = json_array();

	for (xmlNode *at = property->children; at; at = at->next) {
		json_auto_t *one = json_object();
		if (!is_element(at, DAV, "href") || json_array_size(list) == HREFS_MAX)
			continue;
		put_line(one, "href", at);
		if (json_object_get(one, "href"))
			json_array_append(list, json_object_get(one, "href"));
	}
	json_object_set_new(object, key, list);
}

/* supported-calendar-component-set (RFC 4791, 5.2.3). */
static void put_components(json_t *object, const xmlNode *property)
{
	json_t *list = json_array();

	for (xmlNode *at = property->children; at; at = at->next) {
		xmlChar *name = is_element(at, CALDAV, "comp")
					? xmlGetNoNsProp(at, (const xmlChar *)"name")
					: NULL;
		if (name && json_array_size(list) < HREFS_MAX)
			json_array_append_new(list, json_string((const char *)name));
		xmlFree(name);
	}
	json_object_set_new(object, "components", list);
}

static void put_dav_property(json_t *object, xmlNode *property)
{
	if (is_element(property, DAV, "getetag"))
		put_line(object, "etag", property);
	else if (is_element(property, DAV, "displayname"))
		put_line(object, "display_name", property);
	else if (is_element(property, DAV, "sync-token"))
		put_line(object, "sync_token", property);
	else if (is_element(property, DAV, "current-user-principal"))
		put_hrefs(object, "principal", property);
	else if (is_element(property, DAV, "resourcetype"))
		json_object_set_new(object, "is_calendar",
			json_boolean(child_of(property, CALDAV, "calendar") != NULL));
}

static void put_property(json_t *object, xmlNode *property)
{
	put_dav_property(object, property);
	if (is_element(property, CALDAV, "calendar-home-set"))
		put_hrefs(object, "home", property);
	else if (is_element(property, CALDAV, "supported-calendar-component-set"))
		put_components(object, property);
	else if (is_element(property, CALDAV, "calendar-data"))
		put_whole(object, "calendar_data", property);
}

/* Only what the server could give (propstat with 2xx) is there. */
static void put_properties(json_t *object, const xmlNode *response)
{
	for (xmlNode *stat = response->children; stat; stat = stat->next) {
		if (!is_element(stat, DAV, "propstat") || status_of(stat) / 100 != 2)
			continue;
		xmlNode *prop = child_of(stat, DAV, "prop");
		for (xmlNode *at = prop ? prop->children : NULL; at; at = at->next)
			put_property(object, at);
	}
}

static json_t *read_response(const xmlNode *response)
{
	json_t *object = json_object();
	int status = status_of(response);

	put_line(object, "href", child_of(response, DAV, "href"));
	if (status)
		json_put_int(object, "status", status);
	put_properties(object, response);
	return object;
}

static json_t *read_multistatus(const xmlNode *root)
{
	json_auto_t *reply = json_object();
	json_t *responses = json_array();

	json_object_set_new(reply, "responses", responses);
	put_line(reply, "sync_token", child_of(root, DAV, "sync-token"));
	for (xmlNode *at = root->children; at; at = at->next) {
		json_auto_t *one = NULL;
		if (!is_element(at, DAV, "response"))
			continue;
		if (json_array_size(responses) == READ_CALDAV_RESPONSES)
			return broken(
				"broken-limit", "too many responses in one answer");
		one = read_response(at);
		if (json_object_get(one, "href"))
			json_array_append(responses, one);
	}
	return json_incref(reply);
}

static const char *after(const char *text, const char *end)
{
	const char *at = strstr(text, end);

	return at ? at + strlen(end) : "";
}

/* It can stand before the first element only (XML 1.0, 2.8), after what is passed over
 * here. */
static bool has_document_type(const char *text)
{
	if (text_starts(text, "\xef\xbb\xbf"))
		text += 3;
	for (;;) {
		text += strspn(text, " \t\r\n");
		if (text_starts(text, "<?"))
			text = after(text, "?>");
		else if (text_starts(text, "<!--"))
			text = after(text, "-->");
		else
			return text_starts(text, "<!");
	}
}

/* Before libxml2 sees it: a document type is where entities that grow come from. As
 * the encoding is pinned to UTF-8, no other can hide it. */
static const char *refusal(const char *text, size_t len)
{
	if (memchr(text, '\0', len) || !text_is_utf8(text, len))
		return "the answer is not UTF-8";
	if (has_document_type(text))
		return "the answer has a document type";
	return NULL;
}

json_t *read_caldav(const void *bytes, size_t len)
{
	str_auto *text = xstrndup(len ? bytes : "", len);
	const char *why = refusal(text, len);

	if (why)
		return broken("broken-parse", why);
	doc_auto *doc = xmlReadMemory(text, (int)len, NULL, "UTF-8", OPTIONS);
	const xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;
	if (!root)
		return broken("broken-parse", "the answer is not well-formed XML");
	if (!is_element(root, DAV, "multistatus"))
		return broken("broken-parse", "the answer is no multistatus");
	return read_multistatus(root);
}

void read_caldav_warm_up(void)
{
	xmlInitParser();
	json_decref(read_caldav(WARM_UP, strlen(WARM_UP)));
}
