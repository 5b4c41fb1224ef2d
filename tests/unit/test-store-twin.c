/* Which meeting of another calendar may be the same one, and which of an entry's own is
 * meant where its dates have moved. */
#include "store-test.h"

#include "store/claim.h"
#include "store/look.h"
#include "store/twin.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void add_source(struct store *s, int64_t id, const char *calendar)
{
	assert_ok(
		s, db_run(s->db, &s->err,
			   "INSERT INTO source (id, calendar, path, sha256, seen_at,\n"
			   "  is_new)\n"
			   "VALUES (?1, ?2, 'a.ics', '', 0, 1)",
			   SQL_INT(id), SQL_TEXT(calendar)));
}

static int set_up(void **state)
{
	if (store_set_up(state) < 0)
		return -1;
	add_source(*state, 1, "Enheten");
	add_source(*state, 2, "Sekreteraren");
	return 0;
}

static int64_t add(struct store *s, int64_t source_id, const char *uid,
	const char *recurrence_id, int64_t starts_at)
{
	str_auto *own = xasprintf("%s%s@utskick.example", uid, recurrence_id);
	int64_t id = 0;
	const struct meeting m = {.uid = own,
		.code = (char *)"EKH-2026-09-14",
		.source_uid = (char *)uid,
		.recurrence_id = (char *)recurrence_id,
		.source_id = source_id,
		.kind = (char *)"council",
		.council = (char *)"ekholmen",
		.starts_at = starts_at,
		.ends_at = starts_at + 7200};

	assert_int_equal(meeting_add(s->db, &m, NOW, &id, &s->err), 1);
	const struct claim c = {.meeting_id = id, .source_id = source_id};
	assert_ok(s, claim_add(s->db, &c, &s->err));
	return id;
}

static int64_t other_of(struct store *s, int64_t meeting_id, enum twin_word word)
{
	const struct twin_search search = {.source_uid = "new",
		.recurrence_id = "",
		.meeting_id = meeting_id,
		.calendar = "Sekreteraren",
		.council = "ekholmen",
		.kind = "council",
		.starts_at = NOW + DAY};
	enum twin_word found = TWIN_NONE;
	int64_t other = 0;

	assert_ok(s, twin_find(s->db, &search, &found, &other, &s->err));
	assert_int_equal(found, word);
	return other;
}

static void tell(struct store *s, int64_t id)
{
	json_auto_t *told = json_pack("{s:i}", "version", 1);

	assert_ok(s, meeting_set_told(s->db, id, 0, told, NOW, &s->err));
}

static void only_another_calendar_has_a_twin(void **state)
{
	struct store *s = *state;

	add(s, 2, "own", "", NOW + DAY);
	add(s, 1, "later", "", NOW + 2 * DAY);
	other_of(s, 0, TWIN_NONE);
	int64_t first = add(s, 1, "there", "", NOW + DAY);
	assert_int_equal(other_of(s, 0, TWIN_WAITING), first);
}

static void of_several_the_one_that_was_told_of_counts_else_the_first(void **state)
{
	struct store *s = *state;
	int64_t first = add(s, 1, "a", "", NOW + DAY);
	int64_t second = add(s, 1, "b", "", NOW + DAY);

	assert_int_equal(other_of(s, 0, TWIN_WAITING), first);
	tell(s, second);
	assert_int_equal(other_of(s, 0, TWIN_WAITING), second);
	tell(s, first);
	assert_int_equal(other_of(s, 0, TWIN_WAITING), first);
}

static void what_was_there_before_or_was_told_of_is_nobodys_twin(void **state)
{
	struct store *s = *state;
	int64_t own = add(s, 2, "new", "", NOW + DAY);
	int64_t later = add(s, 1, "a", "", NOW + DAY);

	other_of(s, own, TWIN_NONE);
	tell(s, later);
	assert_int_equal(other_of(s, own, TWIN_WAITING), later);
	tell(s, own);
	other_of(s, own, TWIN_NONE);
}

static void the_coordinators_word_holds(void **state)
{
	struct store *s = *state;
	int64_t first = add(s, 1, "a", "", NOW + DAY);

	assert_ok(s, twin_note(s->db, "new", first, NOW, &s->err));
	assert_int_equal(twin_decide(s->db, 1, TWIN_SAME, &s->err), 1);
	assert_int_equal(other_of(s, 0, TWIN_SAME), first);
	assert_ok(s, db_run(s->db, &s->err, "UPDATE twin SET word = 'different'"));
	other_of(s, 0, TWIN_NONE);
}

/* The dates of one entry: two on the 15th, one on the 14th, one all day on the 20th. */
static void a_date_is_found_or_the_only_one_of_its_day(void **state)
{
	static const char *const dates[] = {
		"20260914T160000Z", "20260915T100000Z", "20260915T160000Z", "20260920"};
	static const struct {
		const char *wanted;
		int64_t id; /* 0: none */
		const char *old;
	} cases[] = {
		{"20260914T160000Z", 1, NULL},
		{"20260914T170000Z", 1, "20260914T160000Z"},
		{"20260914", 1, "20260914T160000Z"},
		{"20260915T100000Z", 2, NULL},
		{"20260915T160000Z", 3, NULL},
		{"20260915T170000Z", 0, NULL},
		{"20260920T160000Z", 4, "20260920"},
		{"20260920", 4, NULL},
		{"20260921T160000Z", 0, NULL},
	};
	struct store *s = *state;

	for (size_t i = 0; i < COUNT(dates); i++)
		add(s, 1, "series", dates[i], NOW + (int64_t)i * DAY);
	add(s, 1, "other", "20260921T160000Z", NOW);
	for (size_t i = 0; i < COUNT(cases); i++) {
		str_auto *old = NULL;
		int64_t id = 0;
		int found = meeting_find_date(
			s->db, "series", cases[i].wanted, &id, &old, &s->err);
		assert_int_equal(found, cases[i].id != 0);
		assert_int_equal(found ? id : 0, cases[i].id);
		assert_string_equal(old ? old : "", cases[i].old ? cases[i].old : "");
	}
}

static void a_new_meeting_is_to_be_looked_at(void **state)
{
	struct store *s = *state;
	int64_t id = add(s, 1, "a", "", NOW + DAY);

	assert_ok(
		s, meeting_role_add(s->db, id, "chair", "Bo", "bo@b.example", &s->err));
	json_auto_t *due = look_due(s->db, NOW, &s->err);
	json_auto_t *roles = meeting_roles(s->db, id, &s->err);
	assert_int_equal(json_array_size(due), 1);
	assert_string_equal(
		json_str(json_array_get(roles, 0), "address"), "bo@b.example");
}

int main(void)
{
#define twin_test(f) cmocka_unit_test_setup_teardown(f, set_up, store_tear_down)
	const struct CMUnitTest tests[] = {
		twin_test(only_another_calendar_has_a_twin),
		twin_test(of_several_the_one_that_was_told_of_counts_else_the_first),
		twin_test(what_was_there_before_or_was_told_of_is_nobodys_twin),
		twin_test(the_coordinators_word_holds),
		twin_test(a_date_is_found_or_the_only_one_of_its_day),
		twin_test(a_new_meeting_is_to_be_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
