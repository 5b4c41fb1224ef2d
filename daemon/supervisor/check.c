#include "supervisor/check.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "calendar/calendar-read.h"
#include "config/config.h"
#include "config/warnings.h"
#include "duty/reader-client.h"
#include "render/letter-text.h"

/* More than this is refused by its size anyway; read no more. */
#define FILE_MAX (64UL << 20)

struct check {
	const struct config *config;
	struct reader *reader;
	struct calendar_window window;
	struct problems *problems;
};

static void add_entries(struct check *c, const char *path, const json_t *calendar)
{
	size_t i;
	json_t *problem;

	json_array_foreach (json_object_get(calendar, "problems"), i, problem) {
		str_auto *uid = text_printable(json_str_or(problem, "uid", ""));
		str_auto *what = text_printable(json_str_or(problem, "what", "?"));
		problems_add(c->problems, path, 0, uid, "%s", what);
	}
}

static void check_bytes(struct check *c, const char *path, const struct buf *bytes)
{
	struct err err = ERR_INIT;
	json_auto_t *calendar = NULL;
	enum reader_outcome outcome = reader_calendar(
		c->reader, bytes->data, bytes->len, &c->window, &calendar, &err);

	switch (outcome) {
	case READER_OK:
		add_entries(c, path, calendar);
		return;
	case READER_BROKEN:
		problems_add(c->problems, path, 0, "",
			"cannot be read as a calendar: %s",
			json_str_or(calendar, "what", "?"));
		return;
	case READER_SLOW:
	case READER_CRASHED:
		problems_add(c->problems, path, 0, "",
			"cannot be read as a calendar: %s", err.text);
		return;
	}
}

static void check_file(struct check *c, const char *folder, const char *name)
{
	struct err err = ERR_INIT;
	buf_auto bytes = BUF_EMPTY;
	size_t len = strlen(name);

	if (name[0] == '.' || len < 4 || !text_equal_nocase(name + len - 4, ".ics"))
		return;
	str_auto *path = file_join(folder, name);
	if (file_read(path, FILE_MAX, &bytes, &err) < 0)
		problems_add(c->problems, path, 0, "", "%s", err.text);
	else
		check_bytes(c, path, &bytes);
}

static void check_folder(struct check *c, const struct calendar_settings *calendar)
{
	DIR *dir = opendir(calendar->folder);
	const struct dirent *entry;

	if (!dir) {
		problems_add(c->problems, calendar->folder, 0, "",
			"%s: make the folder of calendar '%s', or name the right one",
			strerror(errno), calendar->name);
		return;
	}
	while ((entry = readdir(dir)))
		check_file(c, calendar->folder, entry->d_name);
	closedir(dir);
}

static void check_calendars(
	const struct config *config, int64_t now, struct problems *problems)
{
	const struct settings *s = &config->settings;

	clock_set_zone(s->time_zone);
	struct check c = {
		.config = config,
		.reader = reader_new(&s->reader, NULL),
		.window = {clock_add_days(now, -s->past_days),
			clock_add_days(now, s->horizon_days), s->time_zone},
		.problems = problems,
	};
	for (size_t i = 0; i < s->calendar_count; i++)
		if (s->calendars[i].folder)
			check_folder(&c, &s->calendars[i]);
	reader_free(c.reader);
}

/* No mistakes: they change no exit code. */
static void print_warnings(const struct config *config)
{
	json_auto_t *warnings = config_warnings(&config->settings);
	size_t i;
	json_t *one;

	json_array_foreach (warnings, i, one)
		printf("warning: %s\n", json_string_value(one));
}

int check_run(const char *config_dir, int64_t now)
{
	problems_auto problems = PROBLEMS_NONE;
	config_auto *config = config_load(config_dir, letter_check, &problems);

	if (config)
		check_calendars(config, now, &problems);
	problems_print(&problems, stdout);
	if (config)
		print_warnings(config);
	return problems.count > 0;
}
