#include "office/office.h"

#include <malloc.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/sandbox.h"
#include "duty/trouble.h"
#include "mail/address.h"
#include "office/calendar-work.h"
#include "office/command.h"
#include "office/daily.h"
#include "office/duties.h"
#include "office/held-acts.h"
#include "office/incoming-work.h"
#include "office/minutes-scan.h"
#include "office/minutes-unread.h"
#include "office/minutes-withdraw.h"
#include "office/notices.h"
#include "office/question-out.h"
#include "office/resting.h"
#include "office/retention-work.h"
#include "office/server-notices.h"
#include "store/directory.h"
#include "store/letter.h"

#define MALLOC_LARGE (1 << 20)

#define TROUBLE_FIRST 1
#define TROUBLE_LONGEST 60

/* The key that makes Message-IDs ours; made at the first start, kept 0600. */
static int load_key(struct office *o, struct err *err)
{
	str_auto *path = file_join(o->ctx->state_dir, "token.key");
	buf_auto key = BUF_EMPTY;

	if (access(path, F_OK) != 0) {
		hash_random_key(o->key);
		return file_write(path, o->key, sizeof(o->key), 0600, err);
	}
	if (file_read(path, sizeof(o->key), &key, err) < 0)
		return -1;
	if (key.len != sizeof(o->key))
		return err_set(err, ERR_PERM, "%s is damaged: %zu bytes, not %zu", path,
			key.len, sizeof(o->key));
	memcpy(o->key, key.data, sizeof(o->key));
	return 0;
}

static char *config_key(const struct config *config)
{
	str_auto *text = json_text(config->snapshot);
	char hex[HASH_HEX_SIZE];

	hash_hex(text, strlen(text), hex);
	return xasprintf("%s %s", UTSKICK_VERSION, hex);
}

static int open_office(
	struct office *o, const struct worker_context *ctx, struct err *err)
{
	str_auto *path = worker_db_path(ctx);

	*o = (struct office){.ctx = ctx, .config = ctx->config};
	if (load_key(o, err) < 0 || sandbox_office(err) < 0)
		return -1;
	o->db = db_open(path, err);
	if (!o->db)
		return -1;
	o->domain = xstrdup(address_domain(ctx->config->settings.mailbox_address));
	o->config_key = config_key(ctx->config);
	o->reader = reader_new(&ctx->config->settings.reader, ctx->state_dir);
	if (directory_mirror(o->db, ctx->config->directory, clock_now(), err) < 0)
		return -1;
	return calendar_work_begin(o, err);
}

static void close_office(struct office *o)
{
	reader_free(o->reader);
	db_free(o->db);
	free(o->domain);
	free(o->config_key);
}

int office_turn(struct office *o, int64_t now, struct err *err)
{
	typedef int (*work_fn)(struct office *, int64_t, struct err *);
	/* Calendars first: who may hand in what is theirs to say. */
	static const work_fn works[] = {calendar_work, minutes_withdraw_work,
		minutes_scan_work, incoming_work, held_work, minutes_unread_work,
		command_work, resting_work, duties_work, questions_work, notices_work,
		fetch_notices_work, server_notices_work, retention_work, daily_work};
	int done = 0;

	for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++) {
		int count = works[i](o, now, err);
		if (count < 0)
			return -1;
		done += count;
		worker_beat(o->ctx);
		if (worker_should_stop())
			break;
	}
	return done;
}

/* Until the next thing falls due, at most a day. */
static int64_t wait_ms(struct office *o, int64_t now)
{
	struct err err = ERR_INIT;
	int64_t at = 0;
	int64_t untold = 0;
	int64_t asked = 0;
	int64_t scanned = 0;

	if (duties_next_at(o, now, &at, &err) < 0 ||
		questions_next_at(o, now, &asked, &err) < 0 ||
		minutes_scan_next_at(o, now, &scanned, &err) < 0 ||
		delivery_oldest_untold_at(o->db, &untold, &err) < 0)
		return 1000 * TROUBLE_LONGEST;
	if (asked && (!at || at > asked))
		at = asked;
	if (scanned && (!at || at > scanned))
		at = scanned;
	if (untold && (!at || at > now + 900))
		at = now + 900;
	int64_t daily_at = daily_next_at(o, now);
	if (daily_at && (!at || at > daily_at))
		at = daily_at;
	if (!at || at > now + 86400)
		at = now + 86400;
	return at > now ? (at - now) * 1000 : 0;
}

static void wake_others(const struct office *o)
{
	wake_up(&o->ctx->wake, WORKER_DISPATCH);
	wake_up(&o->ctx->wake, WORKER_INTAKE);
}

static void work_until_stopped(struct office *o)
{
	struct trouble trouble = {.who = "office",
		.what = "store",
		.first = TROUBLE_FIRST,
		.longest = TROUBLE_LONGEST};

	trouble_begin_anew(&trouble, o->db);
	while (!worker_should_stop()) {
		struct err err = ERR_INIT;
		int64_t now = clock_now();
		int done = office_turn(o, now, &err);
		worker_note_store(o->ctx, &trouble, o->db, done < 0 ? &err : NULL, now);
		if (done > 0) {
			wake_others(o);
			continue;
		}
		now = clock_now();
		worker_wait(o->ctx, WORKER_OFFICE, NULL, 0,
			trouble.pause ? 1000 * trouble_left(&trouble, now)
				      : wait_ms(o, now));
	}
}

static enum worker_exit work_once(struct office *o)
{
	struct err err = ERR_INIT;
	bool did_something = false;
	int done;

	do {
		done = office_turn(o, clock_now(), &err);
		did_something |= done > 0;
	} while (done > 0 && !worker_should_stop());
	if (done < 0)
		log_event(LOG_LEVEL_ERROR, "store-trouble", "why=%s", err.text);
	if (done < 0 && err.kind == ERR_PERM)
		return WORKER_FAILED;
	return worker_result(did_something, done < 0);
}

int office_main(const struct worker_context *ctx)
{
	struct err err = ERR_INIT;
	struct office o;
	enum worker_exit result = WORKER_ENDED;

	worker_begin(ctx, WORKER_OFFICE);
	/* Large buffers grow in place and are given back, whatever came before. */
	mallopt(M_MMAP_THRESHOLD, MALLOC_LARGE);
	umask(0077);
	if (open_office(&o, ctx, &err) < 0) {
		log_event(LOG_LEVEL_ERROR, "cannot-start", "what=%s", err.text);
		result = err.kind == ERR_PERM ? WORKER_FAILED : WORKER_TRY_LATER;
	} else if (ctx->once) {
		result = work_once(&o);
	} else {
		work_until_stopped(&o);
	}
	close_office(&o);
	return (int)result;
}
