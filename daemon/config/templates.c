#include "config/templates.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

#define TEMPLATE_MAX ((size_t)1 << 20)

struct reading {
	config_template_fn check;
	struct problems *problems;
	json_t *templates;
};

static bool ends_with(const char *s, const char *end)
{
	size_t len = strlen(s), end_len = strlen(end);

	return len > end_len && strcmp(s + len - end_len, end) == 0;
}

/* Editors leave copies that begin with a dot. */
static int is_wanted(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void check_words(const struct reading *r, const char *path, const char *text)
{
	json_error_t error;
	json_auto_t *words = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	if (!words)
		problems_add(r->problems, path, error.line, "",
			"is not JSON: %s; it must be an object of words", error.text);
}

static void check_text(
	const struct reading *r, const char *path, const char *name, const char *text)
{
	struct err err = ERR_INIT;

	if (ends_with(name, ".json"))
		check_words(r, path, text);
	else if (r->check && r->check(name, text, &err) < 0)
		problems_add(r->problems, path, 0, "", "%s", err.text);
}

static void read_one(const struct reading *r, const char *path, const char *name)
{
	buf_auto text = BUF_EMPTY;
	struct err err = ERR_INIT;

	if (file_read(path, TEMPLATE_MAX, &text, &err) < 0) {
		problems_add(r->problems, path, 0, "", "%s", err.text);
		return;
	}
	if (strlen(buf_str(&text)) != text.len || !text_is_utf8(text.data, text.len)) {
		problems_add(r->problems, path, 0, "",
			"is not UTF-8 text; save the file as UTF-8");
		return;
	}
	check_text(r, path, name, buf_str(&text));
	json_object_set_new(r->templates, name, json_string(buf_str(&text)));
}

static void free_names(struct dirent **names, int count)
{
	for (int i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

static void read_language(
	const struct reading *r, const char *dir, const char *language)
{
	struct dirent **names = NULL;
	str_auto *folder = file_join(dir, language);
	int count = scandir(folder, &names, is_wanted, alphasort);

	for (int i = 0; i < count; i++) {
		if (!ends_with(names[i]->d_name, ".mustache") &&
			!ends_with(names[i]->d_name, ".json"))
			continue;
		str_auto *path = file_join(folder, names[i]->d_name);
		str_auto *name = xasprintf("%s/%s", language, names[i]->d_name);
		read_one(r, path, name);
	}
	free_names(names, count);
}

json_t *templates_read(const char *dir, config_template_fn check_template,
	struct problems *ret_problems)
{
	struct reading r = {check_template, ret_problems, json_object()};
	struct dirent **names = NULL;
	int count = scandir(dir, &names, is_wanted, alphasort);

	if (count < 0)
		problems_add(ret_problems, dir, 0, "",
			"%s; \"templates\" must name the folder of the templates",
			strerror(errno));
	for (int i = 0; i < count; i++)
		read_language(&r, dir, names[i]->d_name);
	free_names(names, count);
	return r.templates;
}

bool templates_have(const json_t *templates, const char *language)
{
	str_auto *prefix = xasprintf("%s/", language);
	const char *name;
	json_t *text;

	json_object_foreach ((json_t *)templates, name, text)
		if (text_starts(name, prefix))
			return true;
	return false;
}
