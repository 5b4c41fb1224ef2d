#include "store-test.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include "store/journal.h"
#include "store/migrations.h"

static mode_t mode_of(const char *path, const char *end)
{
	str_auto *name = xasprintf("%s%s", path, end);
	struct stat st;

	assert_int_equal(stat(name, &st), 0);
	return st.st_mode & 0777;
}

static void the_files_are_for_the_owner_alone(void **state)
{
	struct store *s = *state;

	store_mail(s, 1);
	assert_int_equal(mode_of(s->path, ""), 0600);
	assert_int_equal(mode_of(s->path, "-wal"), 0600);
	assert_int_equal(mode_of(s->path, "-shm"), 0600);
}

static void a_file_that_others_may_read_is_closed_to_them(void **state)
{
	struct store *s = *state;

	db_free(TAKE(s->db));
	assert_int_equal(chmod(s->path, 0644), 0);
	s->db = db_open(s->path, &s->err);
	assert_non_null(s->db);
	assert_int_equal(mode_of(s->path, ""), 0600);
}

static void the_connection_is_set_up_for_safety(void **state)
{
	struct store *s = *state;

	assert_int_equal(store_number(s, "PRAGMA synchronous"), 2);
	assert_int_equal(store_number(s, "PRAGMA foreign_keys"), 1);
	assert_int_equal(store_number(s, "PRAGMA trusted_schema"), 0);
	assert_int_equal(store_number(s, "PRAGMA page_size"), 8192);
	assert_int_equal(store_number(s, "SELECT 1 FROM pragma_journal_mode\n"
					 "WHERE journal_mode = 'wal'"),
		1);
	assert_int_equal(store_number(s, "PRAGMA user_version"), migration_count());
}

/* Each writes a row whose column is checked against a list. */
static void writing_a_row_fills_no_table_for_its_checks(void **state)
{
	static const char *const changes[] = {
		"delivery SET state = 'x' WHERE id = 1",
		"incoming SET state = 'x' WHERE id = 1",
		"meeting SET state = 'x' WHERE id = 1",
		"claim SET state = 'x' WHERE source_id = 1 AND meeting_id = 1",
		"held SET state = 'x' WHERE id = 1",
		"answer SET outcome = 'x' WHERE id = 1",
		"mailbox_request SET kind = 'x' WHERE id = 1",
	};
	struct store *s = *state;

	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		str_auto *sql = xasprintf("EXPLAIN UPDATE %s", changes[i]);
		sqlite3_stmt *q = NULL;
		assert_int_equal(
			sqlite3_prepare_v2(db_handle(s->db), sql, -1, &q, NULL), 0);
		while (sqlite3_step(q) == SQLITE_ROW)
			assert_string_not_equal((const char *)sqlite3_column_text(q, 1),
				"OpenEphemeral");
		sqlite3_finalize(q);
	}
}

/* Also on the connection that has changed how they are written. */
static void a_state_that_nobody_knows_is_refused(void **state)
{
	struct store *s = *state;
	int64_t id = store_delivery(s, store_letter(s, "minutes", 0), "a@b.example");

	assert_int_equal(
		db_run(s->db, &s->err,
			"UPDATE delivery SET state = 'gone' WHERE id = ?", SQL_INT(id)),
		-1);
	assert_ok(s, db_run(s->db, &s->err,
			     "UPDATE delivery SET state = 'answered' WHERE id = ?",
			     SQL_INT(id)));
	assert_int_equal(store_number(s, "PRAGMA writable_schema"), 0);
	assert_int_equal(store_number(s, "SELECT count(*) FROM pragma_integrity_check\n"
					 "WHERE integrity_check <> 'ok'"),
		0);
}

static void every_table_is_strict(void **state)
{
	struct store *s = *state;

	assert_int_equal(store_number(s, "SELECT count(*) FROM pragma_table_list\n"
					 "WHERE type = 'table' AND strict = 0\n"
					 "  AND name NOT LIKE 'sqlite_%'"),
		0);
}

/* For three words and more SQLite sets up a table at each row (migration-check.h). */
static void checks_of_busy_tables_are_no_lists(void **state)
{
	struct store *s = *state;

	assert_int_equal(
		store_number(s,
			"SELECT count(*) FROM sqlite_schema\n"
			"WHERE type = 'table' AND name IN ('meeting', 'claim',\n"
			"    'incoming', 'delivery', 'mailbox_request')\n"
			"  AND (sql LIKE '% OR state = %' OR sql LIKE '% OR kind = "
			"%')"),
		5);
}

static void a_word_that_no_state_has_is_refused(void **state)
{
	static const char *const cases[] = {
		"UPDATE meeting SET state = 'odd'",
		"UPDATE claim SET state = 'odd'",
		"UPDATE incoming SET state = 'odd'",
		"UPDATE delivery SET state = 'odd'",
		"UPDATE mailbox_request SET kind = 'odd'",
	};
	struct store *s = *state;
	sqlite3 *db = db_handle(s->db);

	store_mail(s, 1);
	store_meeting(s, 1, NOW);
	store_delivery(s, store_letter(s, "invitation", 1), "a@b.example");
	assert_int_equal(
		sqlite3_exec(db,
			"INSERT INTO source (id, calendar, path, sha256, seen_at,\n"
			"  is_new) VALUES (1, 'K', 'a.ics', '', 0, 1);\n"
			"INSERT INTO claim VALUES (1, 1, 0, 0, 0, 'there');\n"
			"INSERT INTO mailbox_request (kind, folder, state, due_at,\n"
			"  asked, asked_at) VALUES ('move', '', 'open', 0, 1, 0);",
			NULL, NULL, NULL),
		SQLITE_OK);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(sqlite3_exec(db, cases[i], NULL, NULL, NULL),
			SQLITE_CONSTRAINT_CHECK);
}

static void opening_again_keeps_what_is_there(void **state)
{
	struct store *s = *state;
	incoming_auto in = INCOMING_EMPTY;

	store_mail(s, 1);
	db_free(TAKE(s->db));
	s->db = db_open(s->path, &s->err);
	assert_non_null(s->db);
	assert_int_equal(incoming_find(s->db, "2026-000001", &in, &s->err), 1);
}

static void reopen_refused(struct store *s, enum err_kind kind, const char *word)
{
	db_free(TAKE(s->db));
	assert_null(db_open(s->path, &s->err));
	assert_int_equal(s->err.kind, kind);
	if (!strstr(s->err.text, word))
		fail_msg("\"%s\" does not say \"%s\"", s->err.text, word);
}

static void a_newer_database_is_refused(void **state)
{
	struct store *s = *state;

	assert_ok(s, db_run(s->db, &s->err, "PRAGMA user_version = 999"));
	reopen_refused(s, ERR_PERM, "newer");
	assert_null(db_open_readonly(s->path, &s->err));
	assert_non_null(strstr(s->err.text, "newer"));
}

static void a_foreign_sqlite_file_is_refused(void **state)
{
	struct store *s = *state;

	assert_ok(s, db_run(s->db, &s->err, "PRAGMA application_id = 1"));
	reopen_refused(s, ERR_PERM, "not a database of utskick");
}

static void a_file_that_is_no_database_is_refused(void **state)
{
	struct store *s = *state;
	str_auto *path = xasprintf("%s/other", s->dir);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	for (int i = 0; i < 1000; i++)
		fputs("this is no database\n", f);
	fclose(f);
	assert_null(db_open(path, &s->err));
	assert_int_equal(s->err.kind, ERR_PERM);
	unlink(path);
}

static void a_missing_folder_is_refused(void **state)
{
	struct store *s = *state;

	assert_null(db_open("/nonexistent/utskick.db", &s->err));
	assert_int_equal(s->err.kind, ERR_PERM);
	assert_null(db_open_readonly("/nonexistent/utskick.db", &s->err));
	assert_int_equal(s->err.kind, ERR_PERM);
}

static void an_older_database_is_for_the_daemon_to_migrate(void **state)
{
	struct store *s = *state;

	assert_ok(s, db_run(s->db, &s->err, "PRAGMA user_version = 0"));
	assert_null(db_open_readonly(s->path, &s->err));
	assert_non_null(strstr(s->err.text, "older"));
}

static void reading_only_reads_and_does_not_write(void **state)
{
	struct store *s = *state;
	incoming_auto in = INCOMING_EMPTY;

	store_mail(s, 1);
	db_auto *reader = db_open_readonly(s->path, &s->err);
	assert_non_null(reader);
	assert_int_equal(incoming_find(reader, "2026-000001", &in, &s->err), 1);
	assert_int_equal(told_once(reader, "key", NOW, &s->err), -1);
	assert_int_equal(s->err.kind, ERR_TEMP);
}

/* Exit code: the error's kind when opened by a user who may only read. */
static int kind_for_another_user(const char *path)
{
	struct err err = ERR_INIT;

	if (geteuid() == 0 && setuid(65534) < 0)
		return 99;
	db_auto *db = db_open(path, &err);
	if (db && told_once(db, "key", NOW, &err) == 1)
		return 0;
	return (int)err.kind;
}

static int in_child(int (*run)(const char *), const char *path)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(run(path));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void a_read_only_file_is_trouble_that_may_pass(void **state)
{
	struct store *s = *state;

	db_free(TAKE(s->db));
	assert_int_equal(chmod(s->path, 0444), 0);
	assert_int_equal(chmod(s->dir, 0555), 0);
	assert_int_equal(in_child(kind_for_another_user, s->path), ERR_TEMP);
	assert_int_equal(chmod(s->dir, 0700), 0);
}

static void a_full_disk_is_trouble_that_may_pass(void **state)
{
	struct store *s = *state;
	str_auto *text = xmalloc(200001);
	int64_t id = 0;

	memset(text, 'x', 200000);
	text[200000] = '\0';
	store_number(s, "PRAGMA max_page_count = 1");
	const struct place place = {"office", "INBOX", 7, 1};
	fd_auto fd = store_spool(text, 200000);
	const struct incoming_bytes bytes = {
		.fd = fd, .size = 200000, .arrived_at = NOW};
	assert_int_equal(incoming_add(s->db, &place, &bytes, NOW, &id, &s->err), -1);
	assert_int_equal(s->err.kind, ERR_TEMP);
	store_number(s, "PRAGMA max_page_count = 100000");
	assert_int_equal(store_number(s, "SELECT count(*) FROM incoming"), 0);
	/* The number that was not used is not lost. */
	store_mail(s, 1);
	incoming_auto in = INCOMING_EMPTY;
	assert_int_equal(incoming_find(s->db, "2026-000001", &in, &s->err), 1);
}

static void a_rollback_undoes_and_is_harmless_without_a_transaction(void **state)
{
	struct store *s = *state;

	db_rollback(s->db);
	assert_ok(s, db_begin(s->db, &s->err));
	store_mail(s, 1);
	db_rollback(s->db);
	assert_int_equal(store_number(s, "SELECT count(*) FROM incoming"), 0);
	assert_int_equal(store_number(s, "SELECT count(*) FROM register"), 0);
}

static void raw_mail_and_journal_cannot_be_changed(void **state)
{
	struct store *s = *state;
	const char *const refused[] = {
		"UPDATE incoming_raw SET bytes = x''",
		"DELETE FROM incoming_raw",
		"DELETE FROM incoming",
		"UPDATE journal SET what = ''",
		"DELETE FROM journal",
		"INSERT INTO delivery_content (delivery_id, head) VALUES (99, x'')",
		"UPDATE incoming SET state = 'odd'",
		"UPDATE incoming SET uid = 'text'",
	};

	store_mail(s, 1);
	assert_ok(
		s, db_run(s->db, &s->err,
			   "INSERT INTO journal (at, who, what) VALUES (1, 'a', 'b')"));
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
		assert_int_not_equal(
			sqlite3_exec(db_handle(s->db), refused[i], NULL, NULL, NULL),
			SQLITE_OK);
}

static int open_and_close(const char *path)
{
	struct err err = ERR_INIT;
	db_auto *db = db_open(path, &err);

	if (!db)
		fprintf(stderr, "%s\n", err.text);
	return db ? 0 : 1;
}

static void several_processes_may_create_the_file_at_once(void **state)
{
	struct store *s = *state;
	str_auto *path = xasprintf("%s/new.db", s->dir);
	int bad = 0;

	for (int round = 0; round < 10; round++) {
		for (int i = 0; i < 4; i++)
			if (fork() == 0)
				_exit(open_and_close(path));
		for (int i = 0; i < 4; i++) {
			int status = 0;
			assert_true(wait(&status) > 0);
			bad += status != 0;
		}
		unlink(path);
	}
	assert_int_equal(bad, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(the_files_are_for_the_owner_alone),
		store_test(a_file_that_others_may_read_is_closed_to_them),
		store_test(the_connection_is_set_up_for_safety),
		store_test(writing_a_row_fills_no_table_for_its_checks),
		store_test(a_state_that_nobody_knows_is_refused),
		store_test(every_table_is_strict),
		store_test(checks_of_busy_tables_are_no_lists),
		store_test(a_word_that_no_state_has_is_refused),
		store_test(opening_again_keeps_what_is_there),
		store_test(a_newer_database_is_refused),
		store_test(a_foreign_sqlite_file_is_refused),
		store_test(a_file_that_is_no_database_is_refused),
		store_test(a_missing_folder_is_refused),
		store_test(an_older_database_is_for_the_daemon_to_migrate),
		store_test(reading_only_reads_and_does_not_write),
		store_test(a_read_only_file_is_trouble_that_may_pass),
		store_test(a_full_disk_is_trouble_that_may_pass),
		store_test(a_rollback_undoes_and_is_harmless_without_a_transaction),
		store_test(raw_mail_and_journal_cannot_be_changed),
		store_test(several_processes_may_create_the_file_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
