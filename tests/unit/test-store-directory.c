#include "store-test.h"

#include "store/directory.h"

/* Two committees in which one person sits twice, a third with nobody yet, and a
 * council. */
static const char example[] =
	"{\"councils\": ["
	"  {\"id\": \"berga\", \"code\": \"BER\", \"name\": \"Berga\","
	"   \"committees\": [\"south\", \"north\", \"empty\"],"
	"   \"members\": ["
	"     {\"person\": \"cecilia\", \"role\": \"police\", \"from\": "
	"\"2026-01-01\"},"
	"     {\"person\": \"bo\", \"role\": \"chair\"}]},"
	"  {\"id\": \"ryd\", \"code\": \"RYD\", \"name\": \"Ryd\","
	"   \"committees\": [\"north\"], \"members\": []}],"
	" \"committees\": ["
	"  {\"id\": \"north\", \"name\": \"Utskottet Nord\", \"members\": ["
	"     {\"person\": \"anna\", \"role\": \"chair\","
	"      \"from\": \"2022-10-15\", \"to\": \"2026-12-31\"},"
	"     {\"person\": \"bo\", \"role\": \"member\", \"from\": \"2027-01-01\"}]},"
	"  {\"id\": \"south\", \"name\": \"Utskottet Syd\", \"members\": ["
	"     {\"person\": \"anna\", \"role\": \"deputy\"},"
	"     {\"person\": \"bo\", \"role\": \"member\"}]},"
	"  {\"id\": \"empty\", \"name\": \"Utskottet Öst\", \"members\": ["
	"     {\"person\": \"anna\", \"role\": \"chair\", \"to\": \"2022-10-14\"}]}],"
	" \"people\": ["
	"  {\"id\": \"anna\", \"name\": \"Anna Åberg\","
	"   \"addresses\": [\"anna@b.example\", \"aa@home.example\"]},"
	"  {\"id\": \"bo\", \"name\": \"Bo Ek\", \"addresses\": [\"bo@b.example\"],"
	"   \"language\": \"en\"},"
	"  {\"id\": \"cecilia\", \"name\": \"Cecilia\","
	"   \"addresses\": [\"cecilia@police.example\"]}]}";

static void mirror(struct store *s, const char *text)
{
	json_error_t error;
	json_auto_t *directory = json_loads(text, 0, &error);

	if (!directory)
		fail_msg("%s", error.text);
	assert_ok(s, directory_mirror(s->db, directory, NOW, &s->err));
}

static void people_are_owed_by_what_is_valid_that_day(void **state)
{
	struct store *s = *state;
	static const struct {
		const char *council, *day;
		bool with_council;
		const char *owed; /* person:committee:role */
	} cases[] = {
		{"berga", "2026-09-14", false, "anna:north:chair bo:south:member "},
		{"berga", "2026-12-31", false, "anna:north:chair bo:south:member "},
		{"berga", "2027-01-01", false, "bo:north:member anna:south:deputy "},
		{"berga", "2022-10-14", false, "anna:south:deputy bo:south:member "},
		{"berga", "2026-09-14", true,
			"anna:north:chair bo:south:member cecilia::police "},
		{"berga", "2025-12-31", true, "anna:north:chair bo:south:member "},
		{"ryd", "2026-09-14", true, "anna:north:chair "},
		{"ryd", "2022-10-14", false, ""},
		{"unknown", "2026-09-14", true, ""},
	};

	mirror(s, example);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		recipients_auto r = RECIPIENTS_NONE;
		buf_auto owed = BUF_EMPTY;
		assert_ok(s, directory_recipients(s->db, cases[i].council, cases[i].day,
				     cases[i].with_council, &r, &s->err));
		for (size_t k = 0; k < r.count; k++)
			buf_addf(&owed, "%s:%s:%s ", r.list[k].person,
				r.list[k].committee ? r.list[k].committee : "",
				r.list[k].role);
		assert_string_equal(buf_str(&owed), cases[i].owed);
	}
}

static void a_recipient_has_a_name_an_address_and_a_language(void **state)
{
	struct store *s = *state;
	recipients_auto r = RECIPIENTS_NONE;

	mirror(s, example);
	assert_ok(s,
		directory_recipients(s->db, "berga", "2026-09-14", false, &r, &s->err));
	assert_string_equal(r.list[0].name, "Anna Åberg");
	assert_string_equal(r.list[0].address, "anna@b.example");
	assert_string_equal(r.list[0].committee_name, "Utskottet Nord");
	assert_null(r.list[0].language);
	assert_string_equal(r.list[1].language, "en");
}

static void a_committee_with_nobody_is_said(void **state)
{
	struct store *s = *state;

	mirror(s, example);
	json_auto_t *empty =
		directory_empty_committees(s->db, "berga", "2026-09-14", &s->err);
	assert_int_equal(json_array_size(empty), 1);
	assert_string_equal(
		json_str(json_array_get(empty, 0), "name"), "Utskottet Öst");
	json_auto_t *none =
		directory_empty_committees(s->db, "berga", "2022-10-14", &s->err);
	assert_int_equal(json_array_size(none), 1);
	assert_string_equal(json_str(json_array_get(none, 0), "id"), "north");
}

static void an_address_tells_its_person(void **state)
{
	struct store *s = *state;
	str_auto *person = NULL;
	str_auto *name = NULL;

	mirror(s, example);
	assert_int_equal(directory_person_by_address(
				 s->db, "AA@home.example", &person, &name, &s->err),
		1);
	assert_string_equal(person, "anna");
	assert_string_equal(name, "Anna Åberg");
	json_auto_t *all = directory_addresses(s->db, "anna", &s->err);
	assert_int_equal(json_array_size(all), 2);
	assert_string_equal(
		json_string_value(json_array_get(all, 0)), "anna@b.example");
	str_auto *nobody = NULL;
	str_auto *no_name = NULL;
	assert_int_equal(directory_person_by_address(
				 s->db, "x@b.example", &nobody, &no_name, &s->err),
		0);
}

static const char without_anna[] =
	"{\"councils\": [{\"id\": \"berga\", \"code\": \"BER\", \"name\": \"Berga\","
	"   \"committees\": [\"south\"], \"members\": []}],"
	" \"committees\": [{\"id\": \"south\", \"name\": \"Utskottet Syd\", "
	"\"members\": ["
	"     {\"person\": \"new\", \"role\": \"member\"}]}],"
	" \"people\": [{\"id\": \"new\", \"name\": \"Ny Person\","
	"   \"addresses\": [\"new@b.example\", \"aa@home.example\"]}]}";

static void who_leaves_is_owed_nothing_and_stays_readable(void **state)
{
	struct store *s = *state;
	recipients_auto r = RECIPIENTS_NONE;
	str_auto *person = NULL;
	str_auto *name = NULL;
	str_auto *heir = NULL;
	str_auto *heir_name = NULL;

	mirror(s, example);
	mirror(s, without_anna);
	assert_ok(s,
		directory_recipients(s->db, "berga", "2026-09-14", true, &r, &s->err));
	assert_int_equal(r.count, 1);
	assert_string_equal(r.list[0].person, "new");
	assert_int_equal(directory_person_by_address(
				 s->db, "anna@b.example", &person, &name, &s->err),
		1);
	assert_string_equal(name, "Anna Åberg");
	/* An address that was given on is the new person's. */
	assert_int_equal(directory_person_by_address(
				 s->db, "aa@home.example", &heir, &heir_name, &s->err),
		1);
	assert_string_equal(heir, "new");
}

static void mirroring_twice_changes_nothing(void **state)
{
	struct store *s = *state;

	mirror(s, example);
	mirror(s, example);
	assert_int_equal(store_number(s, "SELECT count(*) FROM membership"), 7);
	assert_int_equal(store_number(s, "SELECT count(*) FROM person_address"), 4);
}

static void a_directory_that_does_not_fit_leaves_the_old_one(void **state)
{
	struct store *s = *state;
	json_auto_t *bad = json_pack("{s:[{s:s, s:s, s:[s]}]}", "councils", "id",
		"berga", "name", "Berga", "committees", "nowhere");

	mirror(s, example);
	assert_int_equal(directory_mirror(s->db, bad, NOW, &s->err), -1);
	assert_int_equal(s->err.kind, ERR_PERM);
	assert_int_equal(store_number(s, "SELECT count(*) FROM membership"), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(people_are_owed_by_what_is_valid_that_day),
		store_test(a_recipient_has_a_name_an_address_and_a_language),
		store_test(a_committee_with_nobody_is_said),
		store_test(an_address_tells_its_person),
		store_test(who_leaves_is_owed_nothing_and_stays_readable),
		store_test(mirroring_twice_changes_nothing),
		store_test(a_directory_that_does_not_fit_leaves_the_old_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
