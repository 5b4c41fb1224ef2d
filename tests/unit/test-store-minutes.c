#include "store-test.h"

#include "store/blob.h"
#include "store/minutes-text.h"
#include "store/minutes.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Minutes of one file with that text; NULL: nobody has looked for it. */
static int64_t hand_in(
	struct store *s, int64_t meeting_id, const char *text, int *ret_version)
{
	str_auto *content =
		xasprintf("%lld %s", (long long)meeting_id, text ? text : "");
	char sha256[65];
	int64_t id = 0;

	assert_ok(s, blob_put(s->db, content, strlen(content), NOW, sha256, &s->err));
	json_auto_t *files = json_pack("[{s:s, s:s, s:i, s:s}]", "name",
		"protokoll.txt", "media_type", "text/plain", "size",
		(int)strlen(content), "sha256", sha256);
	assert_ok(s, minutes_add(s->db, meeting_id, 0, "a@x.example", "A", files, NOW,
			     &id, ret_version, &s->err));
	if (text)
		assert_ok(s, minutes_text_put(s->db, id, 0, text, &s->err));
	return id;
}

static size_t found(struct store *s, const char *words)
{
	json_auto_t *list = minutes_search(s->db, words, 10, &s->err);

	if (!list)
		fail_msg("%s: %s", words, s->err.text);
	return json_array_size(list);
}

static void minutes_are_found_by_what_is_written_in_them(void **state)
{
	static const struct {
		const char *words;
		size_t count;
	} cases[] = {
		{"gångväg", 1},
		{"GÅNGVÄG", 1},
		{"gangvag", 0},
		{"gång*", 1},
		{"belysning lyktor", 1},
		{"belysning saknas-helt", 0},
		{"\"fler lyktor\"", 1},
		{"\"fler lykt\"", 0},
		{"\"lyktor fler\"", 0},
		{"\"fler lyktor", 1}, /* a quote that nobody closed */
		{"ekh", 2},	      /* both */
		/* Nothing but words, whatever it looks like. */
		{"", 0},
		{"\"", 0},
		{"* ( ) ^ : -", 0},
		{"lyktor OR saknas", 0},
		{"text:lyktor", 0},
		{"NEAR(fler lyktor)", 0},
		{"lyktor\"; DROP TABLE minutes_text; --", 0},
		{"{text} : lyktor", 0},
		{"\xff\xfe lyktor", 1},
		{"lyktor ' ; -- *", 1},
	};
	struct store *s = *state;
	int64_t meeting = store_meeting(s, 1, NOW);
	int version = 0;

	hand_in(s, meeting, "Ekholmen: belysning på gångvägen, fler lyktor vid skolan",
		&version);
	hand_in(s, store_meeting(s, 2, NOW), "Ekholmen igen", &version);
	for (size_t i = 0; i < COUNT(cases); i++)
		if (found(s, cases[i].words) != cases[i].count)
			fail_msg("%s: %zu", cases[i].words, found(s, cases[i].words));
}

static void what_is_found_says_where_it_stands(void **state)
{
	struct store *s = *state;
	int version = 0;

	hand_in(s, store_meeting(s, 1, NOW), "Beslut om fler lyktor", &version);
	json_auto_t *list = minutes_search(s->db, "lykt", 10, &s->err);
	const json_t *one = json_array_get(list, 0);
	assert_string_equal(json_str(one, "snippet"), "Beslut om fler [lyktor]");
	assert_string_equal(json_str(one, "file"), "protokoll.txt");
	assert_int_equal(json_int_or(one, "version", 0), 1);
	assert_false(json_bool_or(one, "withdrawn", true));
}

static void files_nobody_has_read_are_named_until_somebody_has(void **state)
{
	struct store *s = *state;
	minutes_unread_auto unread = {0};
	minutes_unread_auto none = {0};
	int version = 0;
	int64_t id = hand_in(s, store_meeting(s, 1, NOW), NULL, &version);

	assert_int_equal(minutes_unread_next(s->db, &unread, &s->err), 1);
	assert_int_equal(unread.minutes_id, id);
	assert_ok(s, minutes_text_put(s->db, id, 0, "ord", &s->err));
	assert_ok(s, minutes_text_put(s->db, id, 0, "annat", &s->err));
	assert_int_equal(minutes_unread_next(s->db, &none, &s->err), 0);
	assert_int_equal(found(s, "ord"), 1);
	assert_int_equal(found(s, "annat"), 0);
	assert_ok(s, minutes_text_remove(s->db, id, &s->err));
	assert_int_equal(found(s, "ord"), 0);
}

static size_t standing(struct store *s, int64_t meeting_id)
{
	json_auto_t *list = minutes_standing(s->db, meeting_id, &s->err);

	return json_array_size(list);
}

static void a_version_is_withdrawn_once_and_both_are_kept(void **state)
{
	struct store *s = *state;
	int64_t meeting = store_meeting(s, 1, NOW);
	int version = 0;
	minutes_withdrawal_auto what = MINUTES_WITHDRAWAL_NONE;
	minutes_withdrawal_auto none = MINUTES_WITHDRAWAL_NONE;

	assert_int_equal(minutes_ask_withdraw(
				 s->db, meeting, 0, 0, "maria", NOW, &version, &s->err),
		0);
	hand_in(s, meeting, "ett", &version);
	hand_in(s, meeting, "tvenne", &version);
	assert_int_equal(standing(s, meeting), 2);
	assert_int_equal(minutes_ask_withdraw(
				 s->db, meeting, 7, 0, "maria", NOW, &version, &s->err),
		0);
	assert_int_equal(minutes_ask_withdraw(s->db, meeting, 0, meeting, "maria", NOW,
				 &version, &s->err),
		1);
	assert_int_equal(version, 2);
	assert_int_equal(minutes_ask_withdraw(
				 s->db, meeting, 2, 0, "maria", NOW, &version, &s->err),
		0);
	/* From the wish on it does not count. */
	assert_int_equal(standing(s, meeting), 1);
	assert_int_equal(minutes_next_withdrawal(s->db, &what, &s->err), 1);
	assert_int_equal(what.version, 2);
	assert_int_equal(what.right_meeting_id, meeting);
	assert_string_equal(what.by, "maria");
	assert_ok(s, minutes_set_withdrawn(s->db, what.id, NOW + 1, &s->err));
	assert_int_equal(minutes_next_withdrawal(s->db, &none, &s->err), 0);
	json_auto_t *all = minutes_list(s->db, meeting, &s->err);
	assert_int_equal(json_array_size(all), 2);
	assert_int_equal(
		json_int_or(json_array_get(all, 1), "withdrawn_at", 0), NOW + 1);
	json_auto_t *list = minutes_search(s->db, "tvenne", 10, &s->err);
	assert_true(json_bool_or(json_array_get(list, 0), "withdrawn", false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(minutes_are_found_by_what_is_written_in_them),
		store_test(what_is_found_says_where_it_stands),
		store_test(files_nobody_has_read_are_named_until_somebody_has),
		store_test(a_version_is_withdrawn_once_and_both_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
