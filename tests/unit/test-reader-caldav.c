#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "reader/read-caldav.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define HEAD                                                                           \
	"<?xml version=\"1.0\"?><d:multistatus xmlns:d=\"DAV:\" "                      \
	"xmlns:c=\"urn:ietf:params:xml:ns:caldav\">"
#define END "</d:multistatus>"

static json_t *read_text(const char *xml)
{
	return read_caldav(xml, strlen(xml));
}

static void what_a_server_says_is_read(void **state)
{
	static const struct {
		const char *xml;  /* within multistatus */
		const char *json; /* the whole reply, single quotes for double ones */
	} cases[] = {
		{"", "{'responses': []}"},
		{"<d:sync-token> http://x/7 </d:sync-token>",
			"{'responses': [], 'sync_token': 'http://x/7'}"},
		{"<d:response><d:href>/c/a.ics</d:href><d:propstat><d:prop>"
		 "<d:getetag>\"1\"</d:getetag></d:prop><d:status>HTTP/1.1 200 OK"
		 "</d:status></d:propstat></d:response>",
			"{'responses': [{'href': '/c/a.ics', 'etag': '\\'1\\''}]}"},
		/* Gone (RFC 6578, 3.5.2). */
		{"<d:response><d:href>/c/a.ics</d:href><d:status>HTTP/1.1 404 Not Found"
		 "</d:status></d:response>",
			"{'responses': [{'href': '/c/a.ics', 'status': 404}]}"},
		/* What could not be given says nothing. */
		{"<d:response><d:href>/c/</d:href><d:propstat><d:prop><d:getetag>\"1\""
		 "</d:getetag></d:prop><d:status>HTTP/1.1 404 Not Found</d:status>"
		 "</d:propstat></d:response>",
			"{'responses': [{'href': '/c/'}]}"},
		/* Line ends of an object stay; CDATA is text, whatever it says. */
		{"<d:response><d:href>/a</d:href><d:propstat><d:prop><c:calendar-data>"
		 "A:1&#13;\nB:<![CDATA[<!DOCTYPE "
		 "html>&amp;]]></c:calendar-data></d:prop>"
		 "<d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>",
			"{'responses': [{'href': '/a', 'calendar_data': "
			"'A:1\\r\\nB:<!DOCTYPE html>&amp;'}]}"},
		{"<d:response><d:href>/a</d:href><d:propstat><d:prop><d:resourcetype>"
		 "<d:collection/><c:calendar/></"
		 "d:resourcetype><d:displayname>R\xc3\xa5"
		 "d"
		 "</d:displayname><c:supported-calendar-component-set>"
		 "<c:comp name=\"VEVENT\"/></c:supported-calendar-component-set>"
		 "<d:current-user-principal><d:href>/p/</d:href>"
		 "</d:current-user-principal><c:calendar-home-set><d:href>/h/</d:href>"
		 "</c:calendar-home-set></d:prop><d:status>HTTP/1.1 200 OK</d:status>"
		 "</d:propstat></d:response>",
			"{'responses': [{'href': '/a', 'is_calendar': true, "
			"'display_name': 'R\xc3\xa5"
			"d', 'components': ['VEVENT'], "
			"'principal': ['/p/'], 'home': ['/h/']}]}"},
		/* Names of another namespace, addresses that are no line. */
		{"<x:response xmlns:x=\"urn:x\"><d:href>/a</d:href></x:response>"
		 "<d:response><d:href>/a&#10;b</d:href></d:response>"
		 "<d:response><d:href></d:href></d:response>"
		 "<d:response/>",
			"{'responses': [{'href': ''}]}"},
	};
	(void)state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		str_auto *xml = xasprintf(HEAD "%s" END, cases[i].xml);
		str_auto *text = xstrdup(cases[i].json);
		for (char *at = text; *at; at++)
			if (*at == '\'')
				*at = '"';
		json_auto_t *wanted = json_loads(text, 0, NULL);
		json_auto_t *said = read_text(xml);
		str_auto *shown = json_text(said);
		assert_non_null(wanted);
		if (!json_equal(said, wanted))
			fail_msg("%s\n%s", cases[i].xml, shown);
	}
}

static void what_is_hostile_or_damaged_is_broken_and_says_why(void **state)
{
	static const struct {
		const char *xml;
		size_t len; /* 0: to its end */
		const char *what;
	} cases[] = {
		{"", 0, "well-formed"},
		{"garbage", 0, "well-formed"},
		{HEAD, 0, "well-formed"},
		{"<html><body>Login</body></html>", 0, "no multistatus"},
		{"<multistatus/>", 0, "no multistatus"},
		{HEAD END "<!DOCTYPE a>", 0, "well-formed"},
		{"<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;\">]>" HEAD
		 "&c;" END,
			0, "document type"},
		{"\xef\xbb\xbf <?x?> <!-- <d> -->\n<!DOCTYPE a SYSTEM "
		 "\"file:///etc/passwd\">" HEAD END,
			0, "document type"},
		{"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xe5</a>", 0,
			"not UTF-8"},
		{"\xff\xfe<\0a\0/\0>\0", 10, "not UTF-8"},
		{"<a>\0</a>", 8, "not UTF-8"},
		{HEAD "&unknown;" END, 0, "well-formed"},
	};
	(void)state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t len = cases[i].len ? cases[i].len : strlen(cases[i].xml);
		json_auto_t *said = read_caldav(cases[i].xml, len);
		const char *what = json_str_or(said, "what", "(it was read)");
		if (!json_str(said, "broken") || !strstr(what, cases[i].what))
			fail_msg("%s: %s", cases[i].xml, what);
	}
}

static void repeat(struct buf *to, const char *what, int times)
{
	for (int i = 0; i < times; i++)
		buf_add_str(to, what);
}

static void depth_and_count_have_a_limit(void **state)
{
	static const char one[] = "<d:response><d:href>/a</d:href></d:response>";
	buf_auto deep = BUF_EMPTY;
	buf_auto many = BUF_EMPTY;
	(void)state;

	repeat(&deep, "<a>", 100000);
	json_auto_t *first = read_caldav(deep.data, deep.len);
	assert_string_equal(json_str_or(first, "broken", ""), "broken-parse");
	buf_add_str(&many, HEAD);
	repeat(&many, one, READ_CALDAV_RESPONSES + 1);
	buf_add_str(&many, END);
	json_auto_t *second = read_caldav(many.data, many.len);
	assert_string_equal(json_str_or(second, "broken", ""), "broken-limit");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_server_says_is_read),
		cmocka_unit_test(what_is_hostile_or_damaged_is_broken_and_says_why),
		cmocka_unit_test(depth_and_count_have_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
