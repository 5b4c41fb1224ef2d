#include "store-test.h"

#include "office/batch.h"
#include "office/office.h"
#include "store/journal.h"

static int told(struct office *o, const char *key, struct err *err)
{
	return told_once(o->db, key, NOW, err);
}

/* 1 it was not kept. */
static int is_new(struct store *s, const char *key)
{
	int r = told_once(s->db, key, NOW, &s->err);

	told_forget(s->db, key, &s->err);
	return r;
}

static void a_step_that_fails_takes_no_other_with_it(void **state)
{
	struct store *s = *state;
	struct office o = {.db = s->db};
	struct err why = {.kind = ERR_PERM};

	assert_ok(s, batch_begin(&o, &s->err));
	assert_ok(s, step_begin(&o, &s->err));
	assert_int_equal(told(&o, "first", &s->err), 1);
	assert_ok(s, step_end(&o, &s->err));
	step_log(&o, LOG_LEVEL_INFO, "decided", "mail=%d", 1);
	assert_ok(s, step_begin(&o, &s->err));
	assert_int_equal(told(&o, "second", &s->err), 1);
	step_undo(&o, &why);
	assert_int_equal(why.kind, ERR_PERM);
	assert_ok(s, step_begin(&o, &s->err));
	assert_int_equal(told(&o, "third", &s->err), 1);
	assert_ok(s, step_end(&o, &s->err));
	assert_ok(s, batch_end(&o, &s->err));
	assert_null(o.batch);
	assert_false(is_new(s, "first"));
	assert_true(is_new(s, "second"));
	assert_false(is_new(s, "third"));
}

static void a_batch_that_is_dropped_leaves_nothing(void **state)
{
	struct store *s = *state;
	struct office o = {.db = s->db};

	assert_ok(s, batch_begin(&o, &s->err));
	assert_ok(s, step_begin(&o, &s->err));
	assert_int_equal(told(&o, "key", &s->err), 1);
	assert_ok(s, step_end(&o, &s->err));
	batch_drop(&o);
	assert_null(o.batch);
	batch_drop(&o);
	assert_ok(s, batch_end(&o, &s->err));
	assert_true(is_new(s, "key"));
}

static void a_step_alone_is_a_transaction(void **state)
{
	struct store *s = *state;
	struct office o = {.db = s->db};

	assert_ok(s, step_begin(&o, &s->err));
	assert_int_equal(told(&o, "undone", &s->err), 1);
	step_undo(&o, &s->err);
	assert_ok(s, step_begin(&o, &s->err));
	assert_int_equal(told(&o, "done", &s->err), 1);
	assert_ok(s, step_end(&o, &s->err));
	assert_true(is_new(s, "undone"));
	assert_false(is_new(s, "done"));
}

/* As after a full disk, where SQLite undoes the whole by itself. */
static void a_step_that_is_lost_with_its_batch_is_for_another_time(void **state)
{
	struct store *s = *state;
	struct office o = {.db = s->db};
	struct err why = {.kind = ERR_PERM};

	assert_ok(s, batch_begin(&o, &s->err));
	assert_ok(s, step_begin(&o, &s->err));
	db_rollback(s->db);
	step_undo(&o, &why);
	assert_int_equal(why.kind, ERR_TEMP);
	batch_drop(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(a_step_that_fails_takes_no_other_with_it),
		store_test(a_batch_that_is_dropped_leaves_nothing),
		store_test(a_step_alone_is_a_transaction),
		store_test(a_step_that_is_lost_with_its_batch_is_for_another_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
