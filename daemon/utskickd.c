/* utskickd: arguments and roles. The daemon is one program: the parent supervises, its
 * children are the workers. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/sandbox.h"
#include "config/config.h"
#include "dispatch/dispatch.h"
#include "duty/worker.h"
#include "intake/intake.h"
#include "office/office.h"
#include "reader/reader.h"
#include "supervisor/check.h"
#include "supervisor/supervisor.h"

#define EXIT_USAGE 2

static int usage(void)
{
	fprintf(stderr, "usage: utskickd [--config DIR] [--state DIR] [--once] [--now "
			"TIME] [--check]\n"
			"       utskickd --version\n");
	return EXIT_USAGE;
}

/* The entry of a worker by its name; NULL: there is none. */
static int (*worker_entry(const char *name))(const struct worker_context *ctx)
{
	if (strcmp(name, "intake") == 0)
		return intake_main;
	if (strcmp(name, "office") == 0)
		return office_main;
	if (strcmp(name, "dispatch") == 0)
		return dispatch_main;
	return NULL;
}

static int run_worker(const struct supervisor_worker *w)
{
	struct err err = ERR_INIT;
	int (*entry)(const struct worker_context *ctx) = worker_entry(w->name);
	config_auto *config = config_from_fd(w->config_fd, &err);

	if (!entry || !config) {
		fprintf(stderr, "utskickd: worker %s: %s\n", w->name, err.text);
		return WORKER_FAILED;
	}
	if (w->now)
		clock_start_at(w->now);
	const struct worker_context ctx = {
		.config = config,
		.state_dir = w->state_dir,
		.wake = {{w->wake_fd[0], w->wake_fd[1], w->wake_fd[2]}},
		.once = w->once,
		.heartbeat_fd = w->heartbeat_fd,
	};
	return entry(&ctx);
}

static const char *default_state_dir(void)
{
	const char *given = getenv("STATE_DIRECTORY");

	return given && *given ? given : "/var/lib/utskick";
}

struct arguments {
	struct supervisor_options options;
	bool check;
};

/* -1: wrong usage, said. */
static int parse(int argc, char **argv, struct arguments *ret)
{
	static const struct option longs[] = {{"config", required_argument, NULL, 'c'},
		{"state", required_argument, NULL, 's'},
		{"once", no_argument, NULL, 'o'}, {"now", required_argument, NULL, 'n'},
		{"check", no_argument, NULL, 'k'}, {NULL, 0, NULL, 0}};
	int c;

	ret->options = (struct supervisor_options){
		.config_dir = UTSKICK_CONFDIR, .state_dir = default_state_dir()};
	ret->check = false;
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == 'c')
			ret->options.config_dir = optarg;
		else if (c == 's')
			ret->options.state_dir = optarg;
		else if (c == 'o')
			ret->options.once = true;
		else if (c == 'k')
			ret->check = true;
		else if (c != 'n')
			return -1;
		else if (!clock_parse(optarg, &ret->options.now)) {
			fprintf(stderr,
				"utskickd: --now %s: not a time such as "
				"2026-09-01T08:00:00+02:00\n",
				optarg);
			return -1;
		}
	}
	return optind == argc ? 0 : -1;
}

int main(int argc, char **argv)
{
	struct supervisor_worker worker;
	struct arguments arguments;
	struct err err = ERR_INIT;

	if (sandbox_no_core(&err) < 0) {
		fprintf(stderr, "utskickd: %s\n", err.text);
		return WORKER_FAILED;
	}
	if (argc >= 3 && strcmp(argv[1], "--worker") == 0 &&
		strcmp(argv[2], "reader") == 0)
		return reader_main(argc, argv);
	if (supervisor_parse_worker(argc, argv, &worker))
		return run_worker(&worker);
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("utskickd " UTSKICK_VERSION);
		return 0;
	}
	if (parse(argc, argv, &arguments) < 0)
		return usage();
	log_open("utskickd");
	if (arguments.options.now)
		clock_start_at(arguments.options.now);
	if (arguments.check)
		return check_run(arguments.options.config_dir, clock_now());
	return supervisor_run(&arguments.options);
}
