#define _GNU_SOURCE 1

#include "config/source-file.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#define SOURCE_MAX ((size_t)32 << 20)

/* What is wrong and what would be right, for the faults that people make. */
static const char *advice(enum json_error_code code)
{
	static const struct {
		enum json_error_code code;
		const char *text;
	} texts[] = {
		{json_error_premature_end_of_input,
			"the file ends too early; a } or ] is missing"},
		{json_error_end_of_input_expected, "there is more after the last }; "
						   "the file must hold one object"},
		{json_error_invalid_utf8, "is not UTF-8; save the file as UTF-8"},
		{json_error_duplicate_key,
			"the same member twice; one of them has to go"},
		{json_error_null_character,
			"holds a NUL character; \\u0000 is not allowed"},
		{json_error_null_byte_in_key,
			"holds a NUL character; \\u0000 is not allowed"},
		{json_error_stack_overflow, "is nested too deeply"},
		{json_error_numeric_overflow,
			"a number that is too large; see the manual for its limits"},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].code == code)
			return texts[i].text;
	return "is not JSON; look for a comma, a quote or a bracket that is missing or "
	       "too many, here or just before";
}

static void complain_of_syntax(const struct source_file *f, const json_error_t *error,
	struct problems *problems)
{
	if (text_starts(f->text, "\xef\xbb\xbf")) {
		problems_add(problems, f->path, 1, "",
			"begins with a byte order mark; save the file as UTF-8 "
			"without");
		return;
	}
	problems_add(problems, f->path, error->line > 0 ? error->line : 1, "",
		"column %d: %s (%s)", error->column > 0 ? error->column : 1,
		advice(json_error_code(error)), error->text);
}

/* The error names the file, as the problem does. */
static const char *without_path(const char *text, const char *path)
{
	if (text_starts(text, path) && text_starts(text + strlen(path), ": "))
		return text + strlen(path) + 2;
	return text;
}

void source_file_read(struct source_file *f, const char *dir, const char *name,
	struct problems *ret_problems)
{
	buf_auto bytes = BUF_EMPTY;
	struct err err = ERR_INIT;
	json_error_t error;

	*f = (struct source_file){file_join(dir, name), NULL, NULL};
	if (file_read(f->path, SOURCE_MAX, &bytes, &err) < 0) {
		problems_add(ret_problems, f->path, 0, "",
			"%s; the folder of the configuration must hold a %s that "
			"can be read",
			without_path(err.text, f->path), name);
		return;
	}
	size_t len = bytes.len;
	f->text = buf_steal(&bytes);
	f->json = json_loadb(f->text, len, JSON_REJECT_DUPLICATES, &error);
	if (!f->json)
		complain_of_syntax(f, &error, ret_problems);
}

/* Where the value is not in the text, the line is that of what should hold it. */
static int line_of(const char *text, const char *pointer)
{
	str_auto *path = xstrdup(pointer);
	int line = json_line(text, path);

	while (!line && *path) {
		*strrchr(path, '/') = '\0';
		line = json_line(text, path);
	}
	return line;
}

void source_file_complain(const struct source_file *f, struct problems *problems,
	const char *pointer, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	str_auto *text = xvasprintf(fmt, ap);
	va_end(ap);
	problems_add(problems, f->path, line_of(f->text, pointer), pointer, "%s", text);
}

void source_file_deinit(struct source_file *f)
{
	free(f->path);
	free(f->text);
	json_decref(f->json);
	*f = (struct source_file){NULL, NULL, NULL};
}
