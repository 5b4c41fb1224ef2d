#include "store-test.h"

#include "store/blob.h"
#include "store/minutes.h"
#include "store/source.h"

static struct meeting example(void)
{
	return (struct meeting){.uid = (char *)"m1@utskick.example",
		.code = (char *)"EKH-2026-09-14",
		.source_uid = (char *)"s1",
		.recurrence_id = (char *)"",
		.kind = (char *)"council",
		.council = (char *)"ekholmen",
		.title = (char *)"Trygghetsråd",
		.location = (char *)"Biblioteket",
		.starts_at = NOW,
		.ends_at = NOW + 7200};
}

static void a_meeting_comes_back_as_it_was_put(void **state)
{
	struct store *s = *state;
	struct meeting m = example();
	meeting_auto got = MEETING_EMPTY;
	int64_t id = 0;

	m.decisive = true;
	m.agenda = (char *)"1. Öppnande\n2. Åtgärder";
	assert_int_equal(meeting_put(s->db, &m, NOW, &id, &s->err), 1);
	assert_int_equal(meeting_get(s->db, id, &got, &s->err), 1);
	assert_string_equal(got.uid, m.uid);
	assert_string_equal(got.title, m.title);
	assert_string_equal(got.agenda, m.agenda);
	assert_true(got.decisive);
	assert_false(got.all_day);
	assert_null(got.told);
	assert_int_equal(got.state, MEETING_PLANNED);
	assert_int_equal(got.ends_at, NOW + 7200);
}

static void a_meeting_that_is_not_there_is_an_error_to_get(void **state)
{
	struct store *s = *state;
	meeting_auto m = MEETING_EMPTY;

	assert_int_equal(meeting_get(s->db, 7, &m, &s->err), -1);
	assert_int_equal(meeting_find(s->db, "7", &m, &s->err), 0);
}

static void putting_again_says_whether_something_changed(void **state)
{
	struct store *s = *state;
	struct meeting m = example();
	int64_t id = 0;
	int64_t again = 0;

	assert_int_equal(meeting_put(s->db, &m, NOW, &id, &s->err), 1);
	assert_int_equal(meeting_put(s->db, &m, NOW, &again, &s->err), 0);
	assert_int_equal(id, again);
	m.location = NULL;
	assert_int_equal(meeting_put(s->db, &m, NOW, &again, &s->err), 1);
	assert_int_equal(meeting_put(s->db, &m, NOW, &again, &s->err), 0);
	m.state = MEETING_UNPLACED;
	m.reason = (char *)"meeting-no-kind";
	m.kind = NULL;
	assert_int_equal(meeting_put(s->db, &m, NOW, &again, &s->err), 1);
	m.all_day = true;
	assert_int_equal(meeting_put(s->db, &m, NOW, &again, &s->err), 1);
	assert_int_equal(id, again);
}

static void uid_code_and_what_was_told_stay(void **state)
{
	struct store *s = *state;
	struct meeting m = example();
	meeting_auto got = MEETING_EMPTY;
	json_auto_t *told = json_pack("{s:i}", "version", 3);
	int64_t id = 0;

	assert_int_equal(meeting_put(s->db, &m, NOW, &id, &s->err), 1);
	assert_ok(s, meeting_set_told(s->db, id, 2, told, NOW + 5, &s->err));
	m.uid = (char *)"other@utskick.example";
	m.code = (char *)"BER-2026-01-01";
	m.starts_at = NOW + DAY;
	assert_int_equal(meeting_put(s->db, &m, NOW, &id, &s->err), 1);
	assert_int_equal(meeting_find(s->db, "ekh-2026-09-14", &got, &s->err), 1);
	assert_string_equal(got.uid, "m1@utskick.example");
	assert_string_equal(got.told, "{\"version\":3}");
	assert_int_equal(got.sequence, 2);
	assert_int_equal(got.told_at, NOW + 5);
	assert_int_equal(got.starts_at, NOW + DAY);
	assert_int_equal(
		meeting_find_uid(s->db, "m1@utskick.example", &got, &s->err), 1);
	assert_int_equal(meeting_find_uid(s->db, "EKH-2026-09-14", &got, &s->err), 0);
	assert_int_equal(meeting_find_source(s->db, "s1", "", &got, &s->err), 1);
	assert_int_equal(meeting_find_source(s->db, "s1", "x", &got, &s->err), 0);
}

static void a_code_follows_the_council_until_something_is_told(void **state)
{
	struct store *s = *state;
	struct meeting m = example();
	meeting_auto got = MEETING_EMPTY;
	json_auto_t *told = json_pack("{s:i}", "version", 0);
	int64_t id = 0;

	m.code = (char *)"NNN-2026-09-14";
	m.council = NULL;
	m.state = MEETING_UNPLACED;
	assert_int_equal(meeting_put(s->db, &m, NOW, &id, &s->err), 1);
	m = example();
	assert_int_equal(meeting_put(s->db, &m, NOW, &id, &s->err), 1);
	assert_int_equal(meeting_get(s->db, id, &got, &s->err), 1);
	assert_string_equal(got.code, "EKH-2026-09-14");
	assert_ok(s, meeting_set_told(s->db, id, 0, told, NOW, &s->err));
	m.code = (char *)"BER-2026-09-14";
	m.council = (char *)"berga";
	assert_int_equal(meeting_put(s->db, &m, NOW, &id, &s->err), 1);
	assert_int_equal(meeting_get(s->db, id, &got, &s->err), 1);
	assert_string_equal(got.code, "EKH-2026-09-14");
}

static void a_code_that_is_taken_gets_a_number(void **state)
{
	struct store *s = *state;
	static const char *const codes[] = {
		"EKH-2026-09-14", "EKH-2026-09-14-2", "EKH-2026-09-14-3"};

	for (int i = 0; i < 3; i++) {
		meeting_auto m = MEETING_EMPTY;
		int64_t id = store_meeting(s, i, NOW);
		assert_int_equal(meeting_get(s->db, id, &m, &s->err), 1);
		assert_string_equal(m.code, codes[i]);
	}
}

static int note_id(const struct meeting *m, void *context)
{
	json_array_append_new(context, json_integer(m->id));
	return json_array_size(context) == 3 ? -1 : 0;
}

static void meetings_come_by_their_start_within_the_span(void **state)
{
	struct store *s = *state;
	json_auto_t *ids = json_array();
	int64_t late = store_meeting(s, 1, NOW + 20);
	int64_t early = store_meeting(s, 2, NOW + 10);

	store_meeting(s, 3, NOW + 30);
	store_meeting(s, 4, NOW + 9);
	assert_ok(s, meeting_each(s->db, NOW + 10, NOW + 30, note_id, ids, &s->err));
	assert_int_equal(json_array_size(ids), 2);
	assert_int_equal(json_integer_value(json_array_get(ids, 0)), early);
	assert_int_equal(json_integer_value(json_array_get(ids, 1)), late);
	/* A callback that returns -1 ends it. */
	json_array_clear(ids);
	assert_int_equal(
		meeting_each(s->db, NOW, NOW + DAY, note_id, ids, &s->err), -1);
	assert_int_equal(json_array_size(ids), 3);
}

static void roles_belong_to_a_meeting(void **state)
{
	struct store *s = *state;
	int64_t one = store_meeting(s, 1, NOW);
	int64_t two = store_meeting(s, 2, NOW + DAY);

	assert_ok(s, meeting_role_put(
			     s->db, one, "secretary", "Bo", "bo@b.example", &s->err));
	assert_ok(s, meeting_role_put(
			     s->db, one, "secretary", "Eva", "eva@b.example", &s->err));
	assert_ok(s,
		meeting_role_put(s->db, one, "chair", NULL, "eva@b.example", &s->err));
	assert_ok(s, meeting_role_put(
			     s->db, two, "secretary", "Eva", "eva@b.example", &s->err));
	json_auto_t *roles = meeting_roles(s->db, one, &s->err);
	assert_int_equal(json_array_size(roles), 2);
	assert_string_equal(json_str(json_array_get(roles, 0), "role"), "chair");
	assert_string_equal(json_str(json_array_get(roles, 1), "name"), "Eva");
	json_auto_t *ids =
		meeting_ids_by_role(s->db, "EVA@b.example", NOW, NOW + DAY, &s->err);
	assert_int_equal(json_array_size(ids), 1);
	json_auto_t *none =
		meeting_ids_by_role(s->db, "bo@b.example", 0, NOW + DAY, &s->err);
	assert_int_equal(json_array_size(none), 0);
	assert_ok(s, meeting_role_drop(s->db, one, "secretary", &s->err));
	json_auto_t *left = meeting_roles(s->db, one, &s->err);
	assert_int_equal(json_array_size(left), 1);
	assert_string_equal(json_str(json_array_get(left, 0), "role"), "chair");
}

static void ten_thousand_meetings_are_put_in_linear_time(void **state)
{
	struct store *s = *state;
	clock_t before = clock();

	assert_ok(s, db_begin(s->db, &s->err));
	for (int i = 0; i < 10000; i++) {
		str_auto *uid = xasprintf("m%d@utskick.example", i);
		str_auto *code = xasprintf("EKH-%d", i);
		struct meeting m = example();
		int64_t id = 0;
		m.uid = m.source_uid = uid;
		m.code = code;
		m.starts_at = NOW + i;
		assert_ok(s, meeting_put(s->db, &m, NOW, &id, &s->err));
		assert_ok(s, meeting_put(s->db, &m, NOW, &id, &s->err));
	}
	assert_ok(s, db_commit(s->db, &s->err));
	assert_in_range((clock() - before) / (CLOCKS_PER_SEC / 1000), 0, 8000);
}

/* ---- calendars ---- */

static void put_bytes(struct store *s, const char *bytes, int expected)
{
	assert_int_equal(
		source_put(s->db, "unit", "a.ics", bytes, strlen(bytes), NOW, &s->err),
		expected);
}

static void a_calendar_is_new_until_the_office_has_read_it(void **state)
{
	struct store *s = *state;
	source_auto src = SOURCE_EMPTY;

	put_bytes(s, "one", 1);
	put_bytes(s, "one", 0);
	assert_int_equal(source_next(s->db, &src, &s->err), 1);
	assert_ok(s, source_decide(s->db, src.id, src.sha256, NULL, NOW, &s->err));
	assert_int_equal(source_next(s->db, &src, &s->err), 0);
	put_bytes(s, "one", 0);
	assert_ok(s, source_renew_all(s->db, &s->err));
	assert_int_equal(source_next(s->db, &src, &s->err), 1);
}

static void the_last_readable_calendar_is_kept_beside_a_broken_one(void **state)
{
	struct store *s = *state;
	source_auto src = SOURCE_EMPTY;
	buf_auto bytes = BUF_EMPTY;
	int tries = 0;

	put_bytes(s, "good", 1);
	assert_int_equal(source_next(s->db, &src, &s->err), 1);
	assert_int_equal(source_read_good(s->db, src.id, &bytes, &s->err), 0);
	assert_ok(s, source_decide(s->db, src.id, src.sha256, NULL, NOW, &s->err));
	put_bytes(s, "bad", 1);
	assert_int_equal(source_next(s->db, &src, &s->err), 1);
	assert_ok(s, source_count_try(s->db, src.id, &tries, &s->err));
	assert_int_equal(tries, 1);
	assert_ok(s, source_decide(s->db, src.id, src.sha256, "parse", NOW, &s->err));
	put_bytes(s, "worse", 1);
	assert_int_equal(source_next(s->db, &src, &s->err), 1);
	assert_ok(
		s, source_decide(s->db, src.id, src.sha256, "limit", NOW + 9, &s->err));
	assert_ok(s, source_read(s->db, src.id, &bytes, &s->err));
	assert_string_equal(bytes.data, "worse");
	buf_clear(&bytes);
	assert_int_equal(source_read_good(s->db, src.id, &bytes, &s->err), 1);
	assert_string_equal(bytes.data, "good");
	/* "bad" is neither the newest nor readable. */
	assert_int_equal(store_number(s, "SELECT count(*) FROM source_bytes"), 2);
	assert_int_equal(store_number(s, "SELECT broken_since FROM source"), NOW);
}

static void a_word_about_replaced_bytes_changes_nothing(void **state)
{
	struct store *s = *state;
	source_auto old = SOURCE_EMPTY;
	source_auto src = SOURCE_EMPTY;

	put_bytes(s, "one", 1);
	assert_int_equal(source_next(s->db, &old, &s->err), 1);
	put_bytes(s, "two", 1);
	assert_ok(s, source_decide(s->db, old.id, old.sha256, "parse", NOW, &s->err));
	assert_int_equal(source_next(s->db, &src, &s->err), 1);
	assert_null(src.broken);
}

static void a_calendar_that_is_gone_is_news_once(void **state)
{
	struct store *s = *state;
	source_auto src = SOURCE_EMPTY;
	json_auto_t *there = json_pack("[s]", "a.ics");
	json_auto_t *none = json_array();

	put_bytes(s, "one", 1);
	assert_int_equal(source_next(s->db, &src, &s->err), 1);
	assert_ok(s, source_decide(s->db, src.id, src.sha256, NULL, NOW, &s->err));
	assert_int_equal(source_put_gone(s->db, "unit", there, NOW, &s->err), 0);
	assert_int_equal(source_put_gone(s->db, "other", none, NOW, &s->err), 0);
	assert_int_equal(source_put_gone(s->db, "unit", none, NOW, &s->err), 1);
	assert_int_equal(source_put_gone(s->db, "unit", none, NOW, &s->err), 0);
	assert_int_equal(source_next(s->db, &src, &s->err), 1);
	assert_true(src.is_gone);
	assert_ok(s, source_decide(s->db, src.id, src.sha256, NULL, NOW, &s->err));
	put_bytes(s, "one", 1);
	assert_int_equal(source_next(s->db, &src, &s->err), 1);
	assert_false(src.is_gone);
}

/* ---- minutes ---- */

static json_t *file(const char *sha256)
{
	return json_pack("{s:s, s:s, s:i, s:s}", "name", "protokoll.pdf", "media_type",
		"application/pdf", "size", 4, "sha256", sha256);
}

static void the_same_files_are_known_in_any_order(void **state)
{
	struct store *s = *state;
	int64_t meeting_id = store_meeting(s, 1, NOW);
	int64_t other_id = store_meeting(s, 2, NOW);
	char a[65];
	char b[65];
	int64_t id = 0;
	int version = 0;

	assert_ok(s, blob_put(s->db, "aaaa", 4, NOW, a, &s->err));
	assert_ok(s, blob_put(s->db, "bbbb", 4, NOW, b, &s->err));
	assert_ok(s, blob_put(s->db, "bbbb", 4, NOW, b, &s->err));
	assert_int_equal(store_number(s, "SELECT count(*) FROM blob"), 2);
	json_auto_t *ab = json_pack("[o, o]", file(a), file(b));
	json_auto_t *ba = json_pack("[o, o]", file(b), file(a));
	json_auto_t *only_a = json_pack("[o]", file(a));
	assert_ok(s, minutes_add(s->db, meeting_id, 0, "bo@b.example", "Bo", ab, NOW,
			     &id, &version, &s->err));
	assert_int_equal(version, 1);
	assert_int_equal(minutes_has_files(s->db, meeting_id, ba, &s->err), 1);
	assert_int_equal(minutes_has_files(s->db, meeting_id, only_a, &s->err), 0);
	assert_int_equal(minutes_has_files(s->db, other_id, ab, &s->err), 0);
	assert_ok(s, minutes_add(s->db, meeting_id, 0, "bo@b.example", "Bo", only_a,
			     NOW, &id, &version, &s->err));
	assert_int_equal(version, 2);
	json_auto_t *list = minutes_list(s->db, meeting_id, &s->err);
	assert_int_equal(json_array_size(list), 2);
	const json_t *files = json_object_get(json_array_get(list, 0), "files");
	assert_true(json_equal(files, ab));
}

static void minutes_need_the_files_bytes(void **state)
{
	struct store *s = *state;
	int64_t meeting_id = store_meeting(s, 1, NOW);
	json_auto_t *files = json_pack("[o]", file("00"));
	struct blob blob;
	int64_t id = 0;
	int version = 0;

	assert_int_equal(minutes_add(s->db, meeting_id, 0, NULL, NULL, files, NOW, &id,
				 &version, &s->err),
		-1);
	assert_int_equal(store_number(s, "SELECT count(*) FROM minutes"), 0);
	assert_int_equal(blob_find(s->db, "00", &blob, &s->err), 0);
}

static void a_blob_comes_back_as_it_was(void **state)
{
	struct store *s = *state;
	buf_auto bytes = BUF_EMPTY;
	struct blob blob;
	char sha256[65];

	assert_ok(s, blob_put(s->db, "a\0b", 3, NOW, sha256, &s->err));
	assert_int_equal(blob_find(s->db, sha256, &blob, &s->err), 1);
	const struct content content = blob_content(&blob);
	assert_ok(s, content_join(&content, &bytes, &s->err));
	assert_int_equal(bytes.len, 3);
	assert_memory_equal(bytes.data, "a\0b", 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(a_meeting_comes_back_as_it_was_put),
		store_test(a_meeting_that_is_not_there_is_an_error_to_get),
		store_test(putting_again_says_whether_something_changed),
		store_test(uid_code_and_what_was_told_stay),
		store_test(a_code_follows_the_council_until_something_is_told),
		store_test(a_code_that_is_taken_gets_a_number),
		store_test(meetings_come_by_their_start_within_the_span),
		store_test(roles_belong_to_a_meeting),
		store_test(ten_thousand_meetings_are_put_in_linear_time),
		store_test(a_calendar_is_new_until_the_office_has_read_it),
		store_test(the_last_readable_calendar_is_kept_beside_a_broken_one),
		store_test(a_word_about_replaced_bytes_changes_nothing),
		store_test(a_calendar_that_is_gone_is_news_once),
		store_test(the_same_files_are_known_in_any_order),
		store_test(minutes_need_the_files_bytes),
		store_test(a_blob_comes_back_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
