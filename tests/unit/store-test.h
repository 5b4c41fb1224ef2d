/*
 * A store of its own for each test: a new folder, a new SQLite file, and the rows that
 * many tests begin with.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "store/db.h"
#include "store/incoming.h"
#include "store/letter.h"
#include "store/meeting.h"
#include "store/stmt.h"

#define NOW 1788220800 /* 2026-09-01 00:00 UTC */
#define DAY 86400

struct store {
	char *dir;
	char *path;
	struct db *db;
	struct err err;
};

/* A call that must succeed: says why it did not. */
#define assert_ok(s, call)                                                             \
	do {                                                                           \
		if ((call) < 0)                                                        \
			fail_msg("%s: %s", #call, (s)->err.text);                      \
	} while (0)

static int store_set_up(void **state)
{
	struct store *s = xcalloc(1, sizeof(*s));

	clock_set_zone("Europe/Stockholm");
	s->dir = xstrdup("/tmp/utskick-store-XXXXXX");
	if (!mkdtemp(s->dir))
		return -1;
	s->path = xasprintf("%s/utskick.db", s->dir);
	s->db = db_open(s->path, &s->err);
	if (!s->db)
		print_error("%s\n", s->err.text);
	*state = s;
	return s->db ? 0 : -1;
}

static int store_tear_down(void **state)
{
	struct store *s = *state;
	const char *const ends[] = {"", "-wal", "-shm"};

	db_free(s->db);
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		str_auto *path = xasprintf("%s%s", s->path, ends[i]);
		unlink(path);
	}
	rmdir(s->dir);
	free(s->path);
	free(s->dir);
	free(s);
	return 0;
}

#define store_test(f) cmocka_unit_test_setup_teardown(f, store_set_up, store_tear_down)

/* A number from the store, for what has no function of its own. */
static inline int64_t store_number(struct store *s, const char *sql)
{
	sqlite3_stmt *q = NULL;

	assert_int_equal(
		sqlite3_prepare_v2(db_handle(s->db), sql, -1, &q, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(q), SQLITE_ROW);
	int64_t n = sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	return n;
}

/* A file without a name that holds bytes. */
static inline int store_spool(const void *bytes, size_t len)
{
	FILE *f = tmpfile();

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	fflush(f);
	int fd = dup(fileno(f));
	fclose(f);
	return fd;
}

static inline int64_t store_mail_at(
	struct store *s, uint32_t uid, int64_t arrived_at, const char *text)
{
	const struct place place = {"office", "INBOX", 7, uid};
	fd_auto fd = store_spool(text, strlen(text));
	int64_t id = 0;

	const struct incoming_bytes bytes = {
		.fd = fd, .size = (int64_t)strlen(text), .arrived_at = arrived_at};

	assert_ok(s, incoming_add(s->db, &place, &bytes, NOW, &id, &s->err));
	return id;
}

static inline int64_t store_mail(struct store *s, uint32_t uid)
{
	str_auto *text = xasprintf("Subject: %u\r\n\r\nhello\r\n", uid);

	return store_mail_at(s, uid, NOW, text);
}

static inline int64_t store_meeting(struct store *s, int number, int64_t starts_at)
{
	str_auto *uid = xasprintf("m%d@utskick.example", number);
	str_auto *source_uid = xasprintf("source-%d", number);
	int64_t id = 0;
	const struct meeting m = {.uid = uid,
		.code = (char *)"EKH-2026-09-14",
		.source_uid = source_uid,
		.recurrence_id = (char *)"",
		.kind = (char *)"council",
		.council = (char *)"ekholmen",
		.title = (char *)"Trygghetsråd",
		.starts_at = starts_at,
		.ends_at = starts_at + 7200};

	assert_ok(s, meeting_put(s->db, &m, NOW, &id, &s->err));
	return id;
}

static inline int64_t store_letter(
	struct store *s, const char *kind, int64_t meeting_id)
{
	int64_t id = 0;
	const struct letter l = {.kind = kind,
		.meeting_id = meeting_id,
		.language = "sv",
		.about = "",
		.subject = "Kallelse",
		.body = CONTENT_OF("Content-Type: text/plain\r\n\r\nhej\r\n", 33)};

	assert_ok(s, letter_put(s->db, &l, NOW, &id, &s->err));
	return id;
}

static inline int64_t store_delivery_at(struct store *s, int64_t letter_id,
	const char *address, int priority, int64_t due_at)
{
	const struct delivery d = {.letter_id = letter_id,
		.address = (char *)address,
		.name = (char *)"Åsa Lindström",
		.priority = priority,
		.due_at = due_at};
	int64_t id = 0;

	assert_int_equal(delivery_add(s->db, &d, NOW, &id, &s->err), 1);
	str_auto *message_id = xasprintf("<%lld@utskick.example>", (long long)id);
	assert_ok(s,
		delivery_freeze(s->db, id, message_id, "To: a\r\n", 7, NULL, &s->err));
	return id;
}

static inline int64_t store_delivery(
	struct store *s, int64_t letter_id, const char *address)
{
	return store_delivery_at(s, letter_id, address, 5, NOW);
}
