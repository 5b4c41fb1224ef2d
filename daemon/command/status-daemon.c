#include "command/status-daemon.h"

#include <string.h>
#include <sys/statvfs.h>

#include "base/json.h"
#include "base/mem.h"
#include "command/control-client.h"
#include "command/names.h"
#include "store/overview.h"

/* ---- what there is to say ---- */

/* Which server a worker's trouble is with; the caller frees. NULL: none, or not known.
 */
static char *server_of(const struct command *c, const char *what)
{
	const struct settings *s = c->config ? &c->config->settings : NULL;
	const struct server_settings *server = NULL;

	if (s && strcmp(what, "imap") == 0)
		server = &s->imap.server;
	if (s && strcmp(what, "smtp") == 0)
		server = &s->smtp.server;
	return server ? xasprintf("%s:%d", server->host, server->port) : NULL;
}

static json_t *collect_trouble(const struct command *c, struct err *err)
{
	json_t *list = overview_trouble(c->db, err);
	size_t i;
	json_t *one;

	json_array_foreach (list, i, one) {
		str_auto *server = server_of(c, json_str_or(one, "what", ""));
		json_put_str(one, "server", server);
		names_put_time(one, "at", json_int_or(one, "at", 0));
		names_put_time(one, "last_met_at", json_int_or(one, "last_met_at", 0));
	}
	return list;
}

/* What only the supervisor knows, as nothing can be written down of it. */
static bool tell_store_trouble(json_t *workers, int64_t now)
{
	bool is_there = false;
	size_t i;
	json_t *one;

	json_array_foreach (workers, i, one) {
		int64_t seconds = json_int_or(one, "store_trouble_seconds", -1);

		json_object_del(one, "store_trouble_seconds");
		if (seconds < 0)
			continue;
		names_put_time(one, "store_trouble_since", now - seconds);
		is_there = true;
	}
	return is_there;
}

static void put_disk(json_t *daemon, const char *state_dir)
{
	struct statvfs disk;

	if (statvfs(state_dir, &disk) == 0)
		json_put_int(daemon, "disk_free_mib",
			(int64_t)(disk.f_bavail * disk.f_frsize >> 20));
}

json_t *status_daemon(const struct command *c, struct err *err)
{
	json_auto_t *said = control_ask(c->args->state_dir, "status");
	json_t *workers = json_object_get(said, "workers");
	json_t *trouble = collect_trouble(c, err);

	if (!trouble)
		return NULL;
	json_t *daemon = json_pack("{s:b, s:O*, s:o}", "running", said != NULL,
		"workers", workers, "trouble", trouble);
	if (tell_store_trouble(workers, c->now))
		put_disk(daemon, c->args->state_dir);
	return daemon;
}

bool status_daemon_needs_person(const json_t *daemon)
{
	return json_array_size(json_object_get(daemon, "trouble")) > 0 ||
	       json_object_get(daemon, "disk_free_mib");
}

/* ---- for people ---- */

static void print_worker(const struct out *o, const json_t *one)
{
	bool runs = json_object_get(one, "pid") != NULL;
	int64_t restarts = json_int_or(one, "restarts", 0);
	str_auto *span = names_span(json_int_or(one, "running_seconds", 0));
	str_auto *again =
		restarts ? names_count(restarts, "restart", "restarts") : xstrdup("");
	str_auto *text = runs ? xasprintf("runs for %s (pid %lld)%s%s", span,
					(long long)json_int_or(one, "pid", 0),
					restarts ? ", " : "", again)
			      : xasprintf("waits to be started again%s%s",
					restarts ? ", " : "", again);

	out_field(o, runs ? OUT_PLAIN : OUT_BAD, json_str_or(one, "name", "?"), text);
	if (!json_str(one, "store_trouble_since"))
		return;
	str_auto *since = names_moment(json_str(one, "store_trouble_since"));
	str_auto *bad = xasprintf("cannot write to the store since %s", since);
	out_field(o, OUT_BAD, "", bad);
}

static void print_trouble(const struct out *o, const json_t *one)
{
	const char *server = json_str(one, "server");
	str_auto *since = names_moment(json_str(one, "at"));
	str_auto *with = server ? xasprintf(" (%s)", server) : xstrdup("");
	str_auto *text = xasprintf("in trouble with %s%s since %s",
		json_str_or(one, "what", ""), with, since);

	out_field(o, OUT_BAD, json_str_or(one, "who", "?"), text);
	out_text(o, OUT_FAINT, 2, json_str_or(one, "why", ""));
}

void status_print_daemon(const struct out *o, const json_t *daemon)
{
	size_t i;
	json_t *one;

	if (!json_bool_or(daemon, "running", false))
		out_field(o, OUT_FAINT, "daemon", "does not run");
	json_array_foreach (json_object_get(daemon, "workers"), i, one)
		print_worker(o, one);
	if (json_object_get(daemon, "disk_free_mib")) {
		str_auto *text = xasprintf("%lld MiB free where the store lies",
			(long long)json_int_or(daemon, "disk_free_mib", 0));
		out_field(o, OUT_BAD, "disk", text);
	}
	json_array_foreach (json_object_get(daemon, "trouble"), i, one)
		print_trouble(o, one);
}
