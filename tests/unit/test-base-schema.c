#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/schema.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Single quotes for double ones, so that the cases can be read. */
static char *quoted(const char *s)
{
	char *out = xstrdup(s);

	for (char *at = out; *at; at++)
		if (*at == '\'')
			*at = '"';
	return out;
}

static json_t *load(const char *s)
{
	str_auto *text = quoted(s);
	json_error_t e;
	json_t *value = json_loads(text, JSON_DECODE_ANY, &e);

	if (!value)
		fail_msg("%s: %s", e.text, text);
	return value;
}

static bool is_format(const char *format, const char *value)
{
	assert_string_equal(format, "email");
	return strchr(value, '@') != NULL;
}

/* "line field text" of each problem, a line each; the caller frees. */
static char *complaints(const json_t *schema, json_t *value, const char *text)
{
	problems_auto p = PROBLEMS_NONE;
	buf_auto out = BUF_EMPTY;

	schema_check(schema, value, "x.json", text, is_format, &p);
	for (size_t i = 0; i < p.count; i++)
		buf_addf(&out, "%d %s %s\n", p.list[i].line, p.list[i].field,
			p.list[i].text);
	return buf_steal(&out);
}

static void each_rule_tells_what_would_be_right(void **state)
{
	static const struct {
		const char *schema;
		const char *text;
		const char *complaint; /* "" where the value is right */
	} cases[] = {
		{"{'type':'string'}", "'x'", ""},
		{"{'type':'string'}", "5", "1  must be a string '...', not a number\n"},
		{"{'type':'integer'}", "5", ""},
		{"{'type':'integer'}", "5.5",
			"1  must be a whole number, not a number\n"},
		{"{'type':'number'}", "5.5", ""},
		{"{'type':'boolean'}", "null", "1  must be true or false, not null\n"},
		{"{'type':['string','null']}", "null", ""},
		{"{'type':['string','null']}", "true",
			"1  must be a string '...' or null, not true\n"},
		{"{'type':'array'}", "{}",
			"1  must be an array [...], not an object {...}\n"},
		{"{'type':'string','description':'A name.','examples':['a','b']}", "5",
			"1  must be a string '...', not a number; A name, for example "
			"'a' or 'b'\n"},
		{"{'type':'string','examples':['a']}", "5",
			"1  must be a string '...', not a number; for example 'a'\n"},
		{"{'enum':['sv','en',1]}", "'en'", ""},
		{"{'enum':['sv','en',1]}", "1", ""},
		{"{'enum':['swedish','english']}", "'englsh'",
			"1  'englsh' is none of 'swedish', 'english': did you mean "
			"'english'?\n"},
		{"{'enum':['swedish','english']}", "'tlh'",
			"1  'tlh' is none of 'swedish', 'english'\n"},
		{"{'pattern':'^[a-z]+$'}", "'abc'", ""},
		{"{'pattern':'^[a-z]+$','description':'Small letters.'}", "'aBc'",
			"1  'aBc' has not the right form; Small letters\n"},
		{"{'pattern':'b'}", "'abc'", ""},
		{"{'format':'email'}", "'a@b.example'", ""},
		{"{'format':'email'}", "'ab'", "1  'ab' is not a valid email\n"},
		{"{'format':'email'}", "7", ""},
		{"{'minimum':1,'maximum':5}", "1", ""},
		{"{'minimum':1,'maximum':5}", "5", ""},
		{"{'minimum':1,'maximum':5}", "0", "1  0 is less than 1\n"},
		{"{'minimum':1,'maximum':5}", "6", "1  6 is more than 5\n"},
		{"{'minLength':1}", "''", "1  must not be empty\n"},
		{"{'minLength':2}", "'\xc3\xa5'",
			"1  '\xc3\xa5' is shorter than 2 characters\n"},
		{"{'minLength':2}", "'\xc3\xa5\xc3\xa4'", ""},
		{"{'minItems':1}", "[]", "1  must have at least 1 item\n"},
		{"{'minItems':2}", "[1]", "1  must have at least 2 items\n"},
		{"{'minItems':2}", "[1,2]", ""},
		{"{'uniqueItems':true}", "[1,2,[3],[4]]", ""},
		{"{'uniqueItems':true}", "['a',\n'b',\n'a']",
			"3 /2 is the same as item 0\n"},
		{"{'items':{'type':'integer'}}", "[1,\n'x',3,null]",
			"2 /1 must be a whole number, not a string\n"
			"2 /3 must be a whole number, not null\n"},
		{"{'required':['a','b'],'properties':{'a':{'description':'Its a.'}}}",
			"\n{}", "2 /a is missing; Its a\n2 /b is missing\n"},
		{"{'properties':{'address':{}},'additionalProperties':false}",
			"{\n'adress':1}",
			"2 /adress unknown member 'adress': did you mean 'address'?\n"},
		{"{'properties':{'a':{},'b':{}},'additionalProperties':false}",
			"{'something':1}",
			"1 /something unknown member 'something': known are a, b\n"},
		{"{'properties':{'a':{}}}", "{'b':1}", ""},
		{"{'properties':{'a':{}},'additionalProperties':{'type':'integer'}}",
			"{'a':'x','b/c':'x'}",
			"1 /b~1c must be a whole number, not a string\n"},
		{"{'$defs':{'n':{'type':'integer'}},'items':{'$ref':'#/$defs/n'}}",
			"[1,'x']", "1 /1 must be a whole number, not a string\n"},
		{"{'$defs':{'n':{'type':'integer'}},'items':{'$ref':'#/$defs/"
		 "n','minimum':2}}",
			"[1]", "1 /0 1 is less than 2\n"},
		{"{'$defs':{'n':{'description':'N.'}},'required':['n'],"
		 "'properties':{'n':{'$ref':'#/$defs/n'}}}",
			"{}", "1 /n is missing; N\n"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		json_auto_t *schema = load(cases[i].schema);
		json_auto_t *value = load(cases[i].text);
		str_auto *text = quoted(cases[i].text);
		str_auto *got = complaints(schema, value, text);
		str_auto *plain = xstrdup(got);
		for (char *at = plain; *at; at++)
			if (*at == '"')
				*at = '\'';
		assert_string_equal(plain, cases[i].complaint);
	}
}

static void everything_wrong_is_told_at_once_with_its_line(void **state)
{
	static const char schema_text[] =
		"{'type':'object','additionalProperties':false,'required':['name','"
		"mail'],"
		"'properties':{'name':{'type':'string','minLength':1},"
		"'mail':{'type':'string','format':'email','description':'Where to "
		"write.'},"
		"'seats':{'type':'array','items':{'type':'integer','minimum':0}}}}";
	json_auto_t *schema = load(schema_text);
	str_auto *text = quoted("{\n"
				"  'name': '',\n"
				"  'seats': [\n"
				"    1,\n"
				"    -2\n"
				"  ],\n"
				"  'nmae': 'x'\n"
				"}\n");
	json_auto_t *value = load(text);
	str_auto *got = complaints(schema, value, text);

	(void)state;
	assert_string_equal(got,
		"1 /mail is missing; Where to write\n"
		"2 /name must not be empty\n"
		"5 /seats/1 -2 is less than 0\n"
		"7 /nmae unknown member 'nmae': did you mean 'name'?\n");
}

static void what_is_left_out_gets_its_default(void **state)
{
	static const struct {
		const char *schema;
		const char *before;
		const char *after;
	} cases[] = {
		{"{'properties':{'a':{'default':5}}}", "{}", "{'a':5}"},
		{"{'properties':{'a':{'default':5}}}", "{'a':6}", "{'a':6}"},
		{"{'properties':{'a':{'default':null}}}", "{}", "{'a':null}"},
		{"{'required':['a'],'properties':{'a':{'default':5}}}", "{}",
			"{'a':5}"},
		/* a default is filled in itself */
		{"{'properties':{'a':{'default':{},'properties':{'b':{'default':[1]}}}}"
		 "}",
			"{}", "{'a':{'b':[1]}}"},
		{"{'$defs':{'n':{'default':7}},'properties':{'a':{'$ref':'#/$defs/"
		 "n'}}}",
			"{}", "{'a':7}"},
		{"{'$defs':{'n':{'default':7}},"
		 "'properties':{'a':{'$ref':'#/$defs/n','default':8}}}",
			"{}", "{'a':8}"},
		{"{'items':{'properties':{'a':{'default':1}}}}", "[{},{'a':2}]",
			"[{'a':1},{'a':2}]"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		json_auto_t *schema = load(cases[i].schema);
		json_auto_t *untouched = load(cases[i].schema);
		json_auto_t *value = load(cases[i].before);
		json_auto_t *wanted = load(cases[i].after);
		str_auto *text = quoted(cases[i].before);
		str_auto *got = complaints(schema, value, text);
		assert_string_equal(got, "");
		assert_true(json_equal(value, wanted));
		assert_true(json_equal(schema, untouched));
	}
}

static void a_value_nested_without_end_is_refused(void **state)
{
	json_auto_t *schema =
		load("{'$defs':{'l':{'type':'array','items':{'$ref':'#/$defs/l'}}},"
		     "'$ref':'#/$defs/l'}");
	buf_auto text = BUF_EMPTY;

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_add_char(&text, '[');
	for (int i = 0; i < 1000; i++)
		buf_add_char(&text, ']');
	json_auto_t *value = load(buf_str(&text));
	str_auto *got = complaints(schema, value, buf_str(&text));
	assert_non_null(strstr(got, "is nested too deeply\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_rule_tells_what_would_be_right),
		cmocka_unit_test(everything_wrong_is_told_at_once_with_its_line),
		cmocka_unit_test(what_is_left_out_gets_its_default),
		cmocka_unit_test(a_value_nested_without_end_is_refused),
	};

	return cmocka_run_group_tests_name("base/schema", tests, NULL, NULL);
}
