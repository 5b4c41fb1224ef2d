#include "command/command.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

static void print_verbs(FILE *to)
{
	fprintf(to, "usage: utskick [--config DIR] [--state DIR] [--json] VERB ...\n"
		    "       utskick --help | --version\n\n");
	for (size_t i = 0; verb_at(i); i++) {
		const struct verb *v = verb_at(i);
		str_auto *call = xasprintf("%s %s", v->name, v->usage);
		fprintf(to, "  %-45s %s\n", call, v->describe);
	}
}

static void complain(const char *text)
{
	str_auto *safe = text_printable(text);

	fprintf(stderr, "utskick: %s\n", safe);
}

static int wrong_usage(const struct verb *v, const char *text)
{
	if (*text)
		complain(text);
	if (v)
		fprintf(stderr,
			"usage: utskick [--config DIR] [--state DIR] [--json] %s %s\n",
			v->name, v->usage);
	else
		fprintf(stderr, "utskick --help lists the verbs\n");
	return COMMAND_USAGE;
}

int command_usage(const struct err *err)
{
	complain(err->text);
	return COMMAND_USAGE;
}

int command_not_found(const char *what, const char *id, const char *where)
{
	str_auto *text = xasprintf("no %s is called %s; %s", what, id, where);

	complain(text);
	return COMMAND_ACT;
}

static int exit_of(const struct err *err)
{
	complain(err->text);
	return err->kind == ERR_TEMP ? COMMAND_LATER : COMMAND_ACT;
}

/* ---- what a verb needs ---- */

static bool is_there(const char *dir, const char *name)
{
	str_auto *path = file_join(dir, name);

	return access(path, F_OK) == 0;
}

/* A configuration with mistakes may still say in which zone times are read. */
static void set_zone_of(const char *config_dir)
{
	str_auto *path = file_join(config_dir, "utskick.json");
	json_auto_t *settings = json_load_file(path, 0, NULL);
	const char *zone = json_str(json_object_get(settings, "office"), "time_zone");

	if (zone && clock_zone_exists(zone))
		clock_set_zone(zone);
}

/* 0, or an exit code. */
static int open_config(struct command *c, const struct verb *v)
{
	const struct arguments *a = c->args;
	problems_auto problems = PROBLEMS_NONE;

	if (v->config == CONFIG_NONE)
		return 0;
	if (v->config == CONFIG_IF_READABLE && !a->config_given &&
		!is_there(a->config_dir, "utskick.json"))
		return 0;
	c->config = config_load(a->config_dir, NULL, &problems);
	if (c->config) {
		clock_set_zone(c->config->settings.time_zone);
		return 0;
	}
	if (v->config == CONFIG_MUST) {
		problems_print(&problems, stderr);
		return COMMAND_ACT;
	}
	set_zone_of(a->config_dir);
	fprintf(stderr,
		"utskick: %zu mistake%s in the configuration, so it goes without; "
		"utskickd --check names %s\n",
		problems.count, problems.count == 1 ? "" : "s",
		problems.count == 1 ? "it" : "them");
	return 0;
}

static int open_store(struct command *c, const struct verb *v, struct err *err)
{
	const char *dir = c->args->state_dir;
	str_auto *path = file_join(dir, "utskick.db");

	if (v->store == STORE_NONE)
		return 0;
	if (access(path, F_OK) != 0)
		return err_set(err, ERR_PERM,
			"%s: %s; nothing has run there yet, or --state has to name "
			"another "
			"folder",
			path, strerror(errno));
	c->db = v->store == STORE_READ ? db_open_readonly(path, err)
				       : db_open(path, err);
	return c->db ? 0 : -1;
}

static int run(struct command *c, const struct verb *v)
{
	struct err err = ERR_INIT;
	int code = open_config(c, v);

	if (code)
		return code;
	if (open_store(c, v, &err) < 0)
		return exit_of(&err);
	code = v->run(c, &err);
	return code < 0 ? exit_of(&err) : code;
}

/* Only a file or a full pipe tells at the end that it did not take everything. */
static int finish(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	str_auto *text = xasprintf("cannot write: %s", strerror(errno));
	complain(text);
	return COMMAND_LATER;
}

static int run_verb(const struct arguments *a, const struct verb *v, int64_t now)
{
	struct command c = {.args = a, .out = out_open(stdout), .now = now};
	int code = finish(run(&c, v));

	db_free(c.db);
	config_free(c.config);
	return code;
}

/* NULL: it fits. The caller frees. */
static char *misfit(const struct arguments *a, const struct verb *v)
{
	static const struct {
		enum verb_option option;
		const char *name;
	} names[] = {{OPTION_DAYS, "--days"}, {OPTION_FROM, "--from"},
		{OPTION_TO, "--to"}, {OPTION_MEETING, "--meeting"},
		{OPTION_PARTIALS, "--partials"}, {OPTION_YEAR, "--year"},
		{OPTION_SVG, "--svg"}, {OPTION_ICS, "--ics"}, {OPTION_DIR, "--dir"},
		{OPTION_COUNCIL, "--council"}, {OPTION_COMMITTEE, "--committee"},
		{OPTION_PUBLIC, "--public"}, {OPTION_CSV, "--csv"}};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (a->given & ~v->options & names[i].option)
			return xasprintf("%s takes no %s", v->name, names[i].name);
	if (a->word_count < v->words_min)
		return xasprintf("%s: something is missing", v->name);
	if (a->word_count > v->words_max)
		return xasprintf("%s: %s is too much", v->name, a->words[v->words_max]);
	return NULL;
}

int command_main(int argc, char **argv, int64_t now)
{
	struct arguments a;
	struct err err = ERR_INIT;

	setlocale(LC_CTYPE, "C.UTF-8");
	if (arguments_parse(argc, argv, &a, &err) < 0)
		return wrong_usage(NULL, err.text);
	if (a.version) {
		puts("utskick " UTSKICK_VERSION);
		return COMMAND_DONE;
	}
	if (a.help || !a.verb) {
		print_verbs(a.help ? stdout : stderr);
		return a.help ? COMMAND_DONE : COMMAND_USAGE;
	}
	const struct verb *v = verb_find(a.verb);
	if (!v) {
		str_auto *text = xasprintf("there is no verb %s", a.verb);
		return wrong_usage(NULL, text);
	}
	str_auto *text = misfit(&a, v);
	if (text)
		return wrong_usage(v, text);
	return run_verb(&a, v, a.now ? a.now : now);
}
