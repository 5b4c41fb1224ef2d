/*
 * For tests: the project's own templates as config_load would give them, and sample
 * data.
 */
#pragma once

#include <dirent.h>
#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"

static inline void templates_add(json_t *templates, const char *language)
{
	str_auto *path = xasprintf("templates/%s", language);
	DIR *dir = opendir(path);
	const struct dirent *e;

	while (dir && (e = readdir(dir))) {
		str_auto *file = xasprintf("%s/%s", path, e->d_name);
		str_auto *key = xasprintf("%s/%s", language, e->d_name);
		buf_auto text = BUF_EMPTY;
		if (e->d_name[0] != '.' && file_read(file, 1 << 20, &text, NULL) == 0)
			json_object_set_new(
				templates, key, json_string(buf_str(&text)));
	}
	if (dir)
		closedir(dir);
}

static inline json_t *templates_load(void)
{
	json_t *templates = json_object();

	templates_add(templates, "sv");
	templates_add(templates, "en");
	return templates;
}

/* New reference to tests/data/render-sample.json in that language, or NULL. */
static inline json_t *sample_load(const char *language)
{
	json_auto_t *all = json_load_file("tests/data/render-sample.json", 0, NULL);
	json_t *data = json_incref(json_object_get(all, "common"));

	json_object_update_recursive(data, json_object_get(all, language));
	for (size_t i = 0; i < 2; i++)
		json_object_set(json_array_get(json_object_get(data, "failures"), i),
			"what",
			json_array_get(json_object_get(data, "failures_what"), i));
	return data;
}
