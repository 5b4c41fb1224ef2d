/*
 * Calendar files to planned meetings, as intake, reader and office do it, each step
 * committed, without a mail server:
 *     plan scratch CONFIG STATE NOW    from the files to the last meeting planned
 *     plan turn CONFIG STATE NOW       a turn of the office after that, nothing changed
 * Prints the number of meetings, seconds, CPU seconds (of all processes for scratch).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "config/config.h"
#include "intake/calendars.h"
#include "office/office.h"
#include "reader/reader.h"
#include "store/claim.h"
#include "store/directory.h"

#define TURNS 1000

static int die(const struct err *err)
{
	fprintf(stderr, "plan: %s\n", err->text);
	exit(1);
}

static double cpu_of(int who)
{
	struct rusage u;

	getrusage(who, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* Of those to come, as far as the calendars reach. */
static long planned(struct office *o, int64_t now)
{
	const struct settings *settings = &o->config->settings;
	struct err err = ERR_INIT;
	long n = 0;

	for (size_t i = 0; i < settings->calendar_count; i++) {
		claim_loss_auto loss = CLAIM_LOSS_NONE;
		if (claim_loss_of(
			    o->db, settings->calendars[i].name, now, &loss, &err) < 0)
			die(&err);
		n += loss.all;
	}
	return n;
}

static void open_office(struct office *o, const struct worker_context *ctx)
{
	struct err err = ERR_INIT;
	str_auto *path = worker_db_path(ctx);

	*o = (struct office){.ctx = ctx, .config = ctx->config};
	o->db = db_open(path, &err);
	if (!o->db ||
		directory_mirror(o->db, ctx->config->directory, clock_now(), &err) < 0)
		die(&err);
	o->domain = xstrdup("bench.example");
	o->config_key = xstrdup("bench");
	o->reader = reader_new(&ctx->config->settings.reader, ctx->state_dir);
}

static void close_office(struct office *o)
{
	reader_free(o->reader);
	db_free(o->db);
	free(o->domain);
	free(o->config_key);
}

static void take_files(struct office *o, int64_t now)
{
	struct err err = ERR_INIT;
	struct calendars c = calendars_new(&o->config->settings);

	if (calendars_scan(&c, o->db, now, &err) < 0)
		die(&err);
	calendars_deinit(&c);
}

static void turn(struct office *o, int64_t now)
{
	struct err err = ERR_INIT;

	if (office_turn(o, now, &err) < 0)
		die(&err);
}

static void from_scratch(struct office *o, int64_t now)
{
	int64_t began_ms = clock_monotonic_ms();

	take_files(o, now);
	turn(o, now);
	double seconds = (double)(clock_monotonic_ms() - began_ms) / 1000;
	long n = planned(o, now);
	reader_free(TAKE(o->reader));
	printf("%ld %.4f %.4f\n", n, seconds,
		cpu_of(RUSAGE_SELF) + cpu_of(RUSAGE_CHILDREN));
}

static void quiet_turns(struct office *o, int64_t now)
{
	take_files(o, now);
	for (int i = 0; i < 3; i++)
		turn(o, now);
	int64_t began_ms = clock_monotonic_ms();
	double cpu = cpu_of(RUSAGE_SELF);
	for (int i = 0; i < TURNS; i++)
		turn(o, now);
	cpu = cpu_of(RUSAGE_SELF) - cpu;
	double seconds = (double)(clock_monotonic_ms() - began_ms) / 1000;
	printf("%ld %.6f %.6f\n", planned(o, now), seconds / TURNS, cpu / TURNS);
}

int main(int argc, char **argv)
{
	problems_auto problems = PROBLEMS_NONE;
	struct office o;

	if (argc > 2 && strcmp(argv[1], "--worker") == 0)
		return reader_main(argc, argv);
	if (argc != 5)
		return 2;
	log_open("plan");
	config_auto *config = config_load(argv[2], NULL, &problems);
	if (!config)
		return 2;
	clock_set_zone(config->settings.time_zone);
	const struct worker_context ctx = {.config = config,
		.state_dir = argv[3],
		.once = true,
		.heartbeat_fd = -1};
	int64_t now = strtoll(argv[4], NULL, 10);
	open_office(&o, &ctx);
	if (strcmp(argv[1], "turn") == 0)
		quiet_turns(&o, now);
	else
		from_scratch(&o, now);
	close_office(&o);
	return 0;
}
