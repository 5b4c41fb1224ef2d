#include "store-test.h"

#include "store/claim.h"
#include "store/mailed.h"
#include "store/source.h"

#define CALENDAR "mail:utskott@linkoping.example"
#define LIMITS (&(const struct mailed_limits){100, 1 << 20})

static const char *const names[MAILED_NEWS] = {
	[MAILED_NEW] = "new",
	[MAILED_SAME] = "same",
	[MAILED_STALE] = "stale",
	[MAILED_OVER] = "over",
	[MAILED_MANY] = "many",
	[MAILED_UNKNOWN] = "unknown",
};

/* date: "" the whole; sequence -1: none. */
struct said {
	const char *date;
	bool cancels;
	int sequence;
	int64_t dtstamp;
};

static struct mailed_part part_of(const struct said *said)
{
	return (struct mailed_part){.uid = "u",
		.recurrence_id = said->date,
		.cancels = said->cancels,
		.sequence = said->sequence,
		.dtstamp = said->dtstamp};
}

static enum mailed_news look(struct store *s, const struct said *said,
	const struct mailed_limits *limits, struct mailed_part *ret)
{
	enum mailed_news news;

	*ret = part_of(said);
	assert_ok(s, mailed_look(s->db, ret, limits, 4, &news, &s->err));
	return news;
}

/* A mail that says just this, kept. */
static void take(struct store *s, uint32_t uid, const struct said *said)
{
	struct mailed_part part;
	int64_t kept = 0;
	str_auto *text = xasprintf("mail%u", uid);

	look(s, said, LIMITS, &part);
	assert_ok(s, mailed_keep(s->db, store_mail(s, uid), 0, text, strlen(text),
			     &kept, &s->err));
	assert_ok(s, mailed_take(s->db, CALENDAR, kept, &part, &s->err));
	assert_ok(s, mailed_done(s->db, CALENDAR, kept, NOW, &s->err));
}

static char *read_all(struct store *s)
{
	buf_auto bytes = BUF_EMPTY;
	str_auto *uid = NULL;
	source_auto source = SOURCE_EMPTY;

	assert_int_equal(source_next(s->db, &source, &s->err), 1);
	assert_int_equal(mailed_read(s->db, source.id, &bytes, &uid, &s->err), 1);
	assert_string_equal(uid, "u");
	return xstrdup(buf_str(&bytes));
}

#define ALL ""
#define D1 "20260914T160000Z"

static void what_a_mail_says_is_new_known_or_older(void **state)
{
	static const struct {
		struct said known[3];
		size_t count;
		struct said said;
		enum mailed_news news;
		int sequence;
	} cases[] = {
		{{{0}}, 0, {ALL, false, 0, 5}, MAILED_NEW, 0},
		{{{0}}, 0, {ALL, false, -1, 5}, MAILED_NEW, 0},
		{{{ALL, false, 1, 5}}, 1, {ALL, false, 1, 5}, MAILED_SAME, 1},
		{{{ALL, false, 1, 5}}, 1, {ALL, false, 1, 6}, MAILED_NEW, 1},
		{{{ALL, false, 1, 5}}, 1, {ALL, false, 1, 4}, MAILED_STALE, 1},
		{{{ALL, false, 1, 5}}, 1, {ALL, false, 0, 9}, MAILED_STALE, 0},
		{{{ALL, false, 1, 5}}, 1, {ALL, false, 2, 1}, MAILED_NEW, 2},
		/* cancellations, also those without SEQUENCE and of the same second */
		{{{ALL, false, 3, 5}}, 1, {ALL, true, -1, 5}, MAILED_NEW, 3},
		{{{ALL, false, 3, 5}}, 1, {ALL, true, -1, 4}, MAILED_STALE, 3},
		{{{ALL, false, 3, 5}, {ALL, true, 3, 6}}, 2, {ALL, true, -1, 6},
			MAILED_SAME, 3},
		{{{ALL, false, 3, 5}, {ALL, true, 4, 6}}, 2, {ALL, false, 3, 5},
			MAILED_STALE, 3},
		{{{ALL, false, 3, 5}, {ALL, true, 4, 6}}, 2, {ALL, false, 5, 7},
			MAILED_NEW, 5},
		/* dates beside the whole */
		{{{ALL, false, 0, 5}}, 1, {D1, false, 0, 6}, MAILED_NEW, 0},
		{{{ALL, false, 2, 5}}, 1, {D1, false, 1, 6}, MAILED_OVER, 1},
		{{{ALL, false, 2, 5}}, 1, {D1, true, -1, 6}, MAILED_NEW, 2},
		{{{ALL, false, 0, 5}, {D1, false, 1, 6}}, 2, {D1, false, 1, 6},
			MAILED_SAME, 1},
		{{{ALL, false, 0, 5}, {D1, false, 1, 6}}, 2, {ALL, false, 1, 9},
			MAILED_NEW, 1},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct mailed_part part;
		struct store *s;
		assert_int_equal(store_set_up((void **)&s), 0);
		for (size_t k = 0; k < cases[i].count; k++)
			take(s, (uint32_t)k + 1, &cases[i].known[k]);
		enum mailed_news news = look(s, &cases[i].said, LIMITS, &part);
		if (news != cases[i].news || part.sequence != cases[i].sequence)
			fail_msg("case %zu: %s, SEQUENCE %d", i, names[news],
				part.sequence);
		store_tear_down((void **)&s);
	}
	(void)state;
}

static void what_is_replaced_is_no_longer_read(void **state)
{
	struct store *s = *state;

	take(s, 1, &(struct said){ALL, false, 0, 5});
	take(s, 2, &(struct said){D1, false, 1, 6});
	take(s, 3, &(struct said){ALL, true, 1, 7});
	str_auto *three = read_all(s);
	/* A cancellation needs what it is about. */
	assert_string_equal(three, "mail1\r\nmail2\r\nmail3\r\n");
	/* The same SEQUENCE leaves the changed date, a higher one ends it. */
	take(s, 4, &(struct said){ALL, false, 1, 8});
	str_auto *two = read_all(s);
	assert_string_equal(two, "mail2\r\nmail4\r\n");
	take(s, 5, &(struct said){ALL, false, 2, 9});
	str_auto *one = read_all(s);
	assert_string_equal(one, "mail5\r\n");
	assert_int_equal(store_number(s, "SELECT count(*) FROM mailed"), 1);
	assert_int_equal(store_number(s, "SELECT count(*) FROM source"), 1);
}

static void more_than_may_be_kept_is_said(void **state)
{
	struct store *s = *state;
	struct mailed_part part;

	take(s, 1, &(struct said){ALL, false, 0, 5});
	assert_int_equal(look(s, &(struct said){D1, false, 1, 6},
				 &(const struct mailed_limits){1, 1000}, &part),
		MAILED_MANY);
	assert_int_equal(look(s, &(struct said){D1, false, 1, 6},
				 &(const struct mailed_limits){9, 8}, &part),
		MAILED_MANY);
	assert_int_equal(look(s, &(struct said){D1, false, 1, 6},
				 &(const struct mailed_limits){9, 9}, &part),
		MAILED_NEW);
}

static void the_mails_of_an_entry_are_listed_and_follow_the_calendar_s_name(
	void **state)
{
	struct store *s = *state;

	take(s, 1, &(struct said){ALL, false, 0, 5});
	assert_int_equal(mailed_knows(s->db, "u", &s->err), 1);
	assert_int_equal(mailed_knows(s->db, "v", &s->err), 0);
	json_auto_t *mails = mailed_mails(s->db, 1, &s->err);
	assert_int_equal(json_array_size(mails), 1);
	assert_ok(s, mailed_rename(s->db, "Inbjudningar", &s->err));
	assert_int_equal(store_number(s, "SELECT count(*) FROM source\n"
					 "WHERE calendar = 'Inbjudningar'"),
		1);
}

static void what_was_taken_out_of_a_removed_mail_goes_when_its_meetings_are_past(
	void **state)
{
	struct store *s = *state;

	take(s, 1, &(struct said){ALL, false, 0, 5});
	int64_t meeting = store_meeting(s, 1, NOW + DAY);
	const struct claim claim = {.source_id = 1, .meeting_id = meeting};
	assert_ok(s, claim_put(s->db, &claim, &s->err));
	assert_ok(s, mailed_forget(s->db, 1, NOW, &s->err));
	assert_int_equal(store_number(s, "SELECT count(*) FROM mailed"), 1);
	assert_ok(s, mailed_forget(s->db, 1, NOW + 9 * DAY, &s->err));
	assert_int_equal(store_number(s, "SELECT count(*) FROM mailed"), 0);
	assert_int_equal(store_number(s, "SELECT count(*) FROM mailed_part"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_mail_says_is_new_known_or_older),
		store_test(what_is_replaced_is_no_longer_read),
		store_test(more_than_may_be_kept_is_said),
		store_test(
			the_mails_of_an_entry_are_listed_and_follow_the_calendar_s_name),
		store_test(
			what_was_taken_out_of_a_removed_mail_goes_when_its_meetings_are_past),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
