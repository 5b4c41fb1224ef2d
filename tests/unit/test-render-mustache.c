#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "render/mustache.h"

struct valid {
	const char *template;
	const char *data;
	enum render_escape escape;
	const char *expected;
};

static const struct valid valid[] = {
	{"", "{}", RENDER_HTML, ""},
	{"{{x}} {{{x}}}", "{\"x\": \"<b> & \\\"c\\\"\"}", RENDER_TEXT,
		"<b> & \"c\" <b> & \"c\""},
	{"{{x}}|{{&x}}", "{\"x\": \"a\\nb<\"}", RENDER_HTML_BREAKS,
		"a<br>\nb&lt;|a\nb<"},
	{"{{x}}", "{\"x\": \"a\\nb\"}", RENDER_HTML, "a\nb"},
	/* A26: what looks like a template in a value stays as it is */
	{"{{x}} {{{x}}}", "{\"x\": \"{{{secret}}}{{>p}}\", \"secret\": \"no\"}",
		RENDER_HTML, "{{{secret}}}{{&gt;p}} {{{secret}}}{{>p}}"},
	{"{{x}}", "{\"x\": \"%n%s\"}", RENDER_TEXT, "%n%s"},
	{"{{#x}}{{y}}{{/x}}", "{\"x\": [{\"y\": \"{{/x}}\"}]}", RENDER_TEXT, "{{/x}}"},
	/* numbers */
	{"{{x}}", "{\"x\": 0}", RENDER_HTML, "0"},
	{"{{x}}", "{\"x\": -9007199254740993}", RENDER_HTML, "-9007199254740993"},
	{"{{x}}", "{\"x\": 85.0}", RENDER_HTML, "85"},
	{"{{x}}", "{\"x\": 0.1}", RENDER_HTML, "0.1"},
	{"{{x}}", "{\"x\": 0.0001}", RENDER_HTML, "0.0001"},
	{"{{x}}", "{\"x\": 0.30000000000000004}", RENDER_HTML, "0.30000000000000004"},
	{"{{x}} {{y}}", "{\"x\": true, \"y\": false}", RENDER_HTML, "true false"},
	{"[{{x}}{{y}}]", "{\"x\": {\"a\": 1}, \"y\": [1]}", RENDER_HTML, "[]"},
	/* what is true */
	{"{{#x}}a{{/x}}{{^x}}b{{/x}}", "{\"x\": \"\"}", RENDER_HTML, "b"},
	{"{{#x}}a{{/x}}{{^x}}b{{/x}}", "{\"x\": 0}", RENDER_HTML, "a"},
	{"{{#x}}a{{/x}}{{^x}}b{{/x}}", "{\"x\": {}}", RENDER_HTML, "a"},
	{"{{#x}}{{x}} {{y}}{{/x}}", "{\"x\": \"å\", \"y\": \"ö\"}", RENDER_HTML, "å ö"},
	/* blanks where the specification is silent */
	{"{{ # x }}a{{ / x }}", "{\"x\": 1}", RENDER_HTML, "a"},
	{"{{!}}{{! }}a", "{}", RENDER_HTML, "a"},
	{"a }} b } {", "{}", RENDER_HTML, "a }} b } {"},
	{"{{=<% %>=}}<%{x}%> <%&x%> <%x%>", "{\"x\": \"&\"}", RENDER_HTML, "& & &amp;"},
	/* partials */
	{"{{> missing}}{{> other}}", "{}", RENDER_HTML, ""},
	{"{{> row}}", "{\"x\": \"1\"}", RENDER_HTML, "<1>"},
	{"  {{> lines}}\n.", "{}", RENDER_HTML, "  a\n  b\n."},
};

static const char partial_texts[] =
	"{\"p/row.m\": \"<{{x}}>\", \"p/lines.m\": \"a\\nb\\n\", \"row\": \"wrong\","
	" \"p/broken.m\": \"a\\n{{#b}}\", \"p/endless.m\": \"{{> endless}}\"}";

static json_t *parse(const char *text)
{
	json_error_t error;
	json_t *value = json_loads(text, JSON_DECODE_ANY, &error);

	if (!value)
		fail_msg("%s: %s", text, error.text);
	return value;
}

static void valid_templates_render(void **state)
{
	json_auto_t *texts = parse(partial_texts);
	struct render_partials partials = {texts, "p/", ".m"};

	(void)state;
	for (size_t i = 0; i < sizeof(valid) / sizeof(valid[0]); i++) {
		const struct valid *c = &valid[i];
		json_auto_t *data = parse(c->data);
		buf_auto out = BUF_EMPTY;
		struct err err = ERR_INIT;
		if (render_template(
			    c->template, data, c->escape, &partials, &out, &err) < 0)
			fail_msg("case %zu: %s", i, err.text);
		assert_string_equal(buf_str(&out), c->expected);
	}
}

struct invalid {
	const char *template;
	const char *error;
};

static const struct invalid invalid[] = {
	{"a\nb {{#x}} c\n", "line 2: a section is not closed: x"},
	{"{{#x}}\n{{^y}}\n{{/y}}", "line 1: a section is not closed: x"},
	{"a\n{{/x}}", "line 2: a close without its section: x"},
	{"{{#x}}{{#y}}\n{{/x}}{{/y}}",
		"line 2: this closes another section than the open one: x"},
	{"{{#x}}{{/xx}}", "line 1: this closes another section than the open one: xx"},
	{"\n\n{{x}", "line 3: a tag is not closed"},
	{"{{{x}}", "line 1: a tag is not closed"},
	{"{{=<% %>}}", "line 1: a tag is not closed"},
	{"{{! a", "line 1: a tag is not closed"},
	{"{{=<%=}}", "line 1: two delimiters are needed: <%"},
	{"{{=a b c=}}", "line 1: bad delimiters: a b c"},
	{"{{== ==}}", "line 1: bad delimiters"},
	{"{{}}", "line 1: a tag without a name"},
	{"{{# }}", "line 1: a tag without a name"},
	{"{{> broken}}", "partial broken: line 2: a section is not closed: b"},
	{"\n{{> endless}}", "partial endless: line 1: partials are nested too deep"},
};

static void invalid_templates_are_refused_with_their_line_and_leave_no_output(
	void **state)
{
	json_auto_t *texts = parse(partial_texts);
	json_auto_t *data = parse("{\"x\": 1}");
	struct render_partials partials = {texts, "p/", ".m"};

	(void)state;
	for (size_t i = 0; i < sizeof(invalid) / sizeof(invalid[0]); i++) {
		buf_auto out = BUF_EMPTY;
		struct err err = ERR_INIT;
		buf_add_str(&out, "before");
		assert_int_equal(render_template(invalid[i].template, data, RENDER_HTML,
					 &partials, &out, &err),
			-1);
		assert_int_equal(err.kind, ERR_PERM);
		if (strncmp(err.text, invalid[i].error, strlen(invalid[i].error)) != 0)
			fail_msg("case %zu: %s", i, err.text);
		assert_string_equal(buf_str(&out), "before");
	}
}

static char *repeat(const char *s, size_t n)
{
	struct buf b = BUF_EMPTY;

	for (size_t i = 0; i < n; i++)
		buf_add_str(&b, s);
	return buf_steal(&b);
}

static void expect_refusal(const char *template, const json_t *data,
	const struct render_partials *partials, const char *error)
{
	buf_auto out = BUF_EMPTY;
	struct err err = ERR_INIT;

	assert_int_equal(
		render_template(template, data, RENDER_HTML, partials, &out, &err), -1);
	if (!strstr(err.text, error))
		fail_msg("%s", err.text);
}

static void sections_nested_without_end_are_refused(void **state)
{
	json_auto_t *data = parse("{\"a\": 1}");
	str_auto *template = repeat("{{#a}}", 100000);

	(void)state;
	expect_refusal(template, data, NULL, "nested too deep");
}

static void output_over_eight_mebibytes_is_refused(void **state)
{
	str_auto *quotes = repeat("\"", RENDER_OUTPUT_MAX / 6 + 1);
	json_auto_t *data = json_pack("{s:s}", "x", quotes);
	buf_auto out = BUF_EMPTY;
	struct err err = ERR_INIT;

	(void)state;
	expect_refusal("{{x}}", data, NULL, "line 1: the output is over 8 MiB");
	assert_int_equal(
		render_template("{{{x}}}", data, RENDER_HTML, NULL, &out, &err), 0);
	assert_int_equal(out.len, RENDER_OUTPUT_MAX / 6 + 1);
}

static void loops_in_loops_that_print_nothing_end(void **state)
{
	json_auto_t *data = parse("{\"a\": [1,2,3,4,5,6,7,8,9,10]}");
	str_auto *open = repeat("{{#a}}", 30);
	str_auto *close = repeat("{{/a}}", 30);
	str_auto *template = xasprintf("%s%s", open, close);

	(void)state;
	expect_refusal(template, data, NULL, "take too long");
}

static void partials_that_double_at_each_depth_end(void **state)
{
	json_auto_t *texts = json_object();
	struct render_partials partials = {texts, NULL, NULL};

	(void)state;
	for (int i = 0; i < 31; i++) {
		str_auto *name = xasprintf("p%d", i);
		str_auto *text = xasprintf("{{>p%d}}{{>p%d}}", i + 1, i + 1);
		json_object_set_new(texts, name, json_string(text));
	}
	expect_refusal("{{>p0}}", NULL, &partials, "take too long");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid_templates_render),
		cmocka_unit_test(
			invalid_templates_are_refused_with_their_line_and_leave_no_output),
		cmocka_unit_test(sections_nested_without_end_are_refused),
		cmocka_unit_test(output_over_eight_mebibytes_is_refused),
		cmocka_unit_test(loops_in_loops_that_print_nothing_end),
		cmocka_unit_test(partials_that_double_at_each_depth_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
