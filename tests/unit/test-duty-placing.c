#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/mem.h"
#include "duty/placing.h"

struct fixture {
	json_t *directory;
	json_t *matching;
	json_t *words[2];
	struct kind_settings kinds[2];
	struct config config;
};

static const char DIRECTORY[] =
	"{\"councils\":["
	"{\"id\":\"ekholmen\",\"code\":\"EKH\",\"name\":\"Ekholmen\",\"words\":["
	"\"Ekholmens centrum\"]},"
	"{\"id\":\"ryd\",\"code\":\"RYD\",\"name\":\"Ryd\"},"
	"{\"id\":\"skaggetorp\",\"code\":\"SKA\",\"name\":\"Skäggetorp\"},"
	"{\"id\":\"ljungsbro\",\"code\":\"LJU\",\"name\":\"Ljungsbro\",\"from\":\"2015-"
	"01-01\",\"to\":\"2018-12-31\"}]}";

static int set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	f->directory = json_loads(DIRECTORY, 0, NULL);
	f->matching = json_pack(
		"[s, s, s, s]", "categories", "summary", "calendar", "location");
	f->words[0] = json_pack("[s]", "trygghetsråd");
	f->words[1] = json_pack("[s, s]", "trygghetsbesiktning", "trygghetsvandring");
	f->kinds[0] = (struct kind_settings){.id = "council", .words = f->words[0]};
	f->kinds[1] = (struct kind_settings){.id = "inspection", .words = f->words[1]};
	f->config.directory = f->directory;
	f->config.settings.kinds = f->kinds;
	f->config.settings.kind_count = 2;
	f->config.settings.matching = f->matching;
	*state = f;
	return f->directory && f->matching ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	json_decref(f->directory);
	json_decref(f->matching);
	json_decref(f->words[0]);
	json_decref(f->words[1]);
	free(f);
	return 0;
}

struct placing_case {
	const char *component;
	const char *calendar_council;
	const char *day;
	const char *council;
	const char *kind;
	const char *reason;
};

static const struct placing_case CASES[] = {
	{"{\"summary\":\"Trygghetsråd Ekholmen\"}", NULL, "2026-09-14", "ekholmen",
		"council", NULL},
	{"{\"summary\":\"TRYGGHETSRÅD SKÄGGETORP\"}", NULL, "2026-09-14", "skaggetorp",
		"council", NULL},
	{"{\"summary\":\"Möte\",\"categories\":[\"Ryd\",\"Trygghetsbesiktning\"]}",
		NULL, "2026-09-14", "ryd", "inspection", NULL},
	/* Categories are asked first, so the summary's Ryd does not make two. */
	{"{\"summary\":\"Trygghetsråd, som i Ryd\",\"categories\":[\"Ekholmen\"]}",
		NULL, "2026-09-14", "ekholmen", "council", NULL},
	{"{\"summary\":\"Trygghetsvandring\",\"location\":\"Ekholmens centrum\"}", NULL,
		"2026-09-14", "ekholmen", "inspection", NULL},
	{"{\"summary\":\"Trygghetsråd\"}", "ryd", "2026-09-14", "ryd", "council", NULL},
	{"{\"summary\":\"Trygghetsråd\",\"utskick\":{\"council\":\"ryd\",\"kind\":"
	 "\"inspection\"}}",
		NULL, "2026-09-14", "ryd", "inspection", NULL},
	/* Never a guess. */
	{"{\"summary\":\"Trygghetsråd Ekholmen och Ryd\"}", NULL, "2026-09-14", NULL,
		"council", "meeting-several-councils"},
	{"{\"summary\":\"Trygghetsråd\"}", NULL, "2026-09-14", NULL, "council",
		"meeting-no-council"},
	{"{\"summary\":\"Fika i Ryd\"}", NULL, "2026-09-14", "ryd", NULL,
		"meeting-no-kind"},
	{"{\"summary\":\"Trygghetsråd och trygghetsvandring i Ryd\"}", NULL,
		"2026-09-14", "ryd", NULL, "meeting-several-kinds"},
	/* A word is a whole word. */
	{"{\"summary\":\"Trygghetsråd i Rydsgård\"}", NULL, "2026-09-14", NULL,
		"council", "meeting-no-council"},
	/* A council that has ended takes no new meetings, but its old ones stay its
	   own. */
	{"{\"summary\":\"Trygghetsråd Ljungsbro\"}", NULL, "2026-09-14", NULL,
		"council", "meeting-no-council"},
	{"{\"summary\":\"Trygghetsråd Ljungsbro\"}", NULL, "2018-12-31", "ljungsbro",
		"council", NULL},
};

static void assert_same(const char *is, const char *wanted)
{
	if (wanted)
		assert_string_equal(is ? is : "(none)", wanted);
	else
		assert_null(is);
}

static void an_entry_is_placed_by_its_words_or_left_to_a_person(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		const struct placing_case *c = &CASES[i];
		const struct calendar_settings calendar = {
			.name = "x", .council = c->calendar_council};
		json_auto_t *component = json_loads(c->component, 0, NULL);
		assert_non_null(component);
		struct placing p =
			placing_find(&f->config, &calendar, component, c->day);
		assert_same(p.council, c->council);
		assert_same(p.kind, c->kind);
		assert_same(p.reason, c->reason);
	}
}

/* What stands first in planning.matching and says something, says it. */
static void the_settings_say_in_which_order_an_entry_is_asked(void **state)
{
	static const char *const orders[][3] = {
		{"[\"categories\",\"summary\",\"calendar\",\"location\"]", "skaggetorp",
			"inspection"},
		{"[\"summary\",\"categories\",\"location\"]", "ryd", "council"},
		{"[\"location\",\"summary\"]", "ekholmen", "council"},
		{"[\"calendar\",\"summary\"]", "ekholmen", "council"},
		{"[\"categories\"]", "skaggetorp", "inspection"},
		{"[\"location\"]", "ekholmen", NULL},
	};
	const struct calendar_settings calendar = {.name = "x", .council = "ekholmen"};
	struct fixture *f = *state;
	json_auto_t *component = json_pack("{s:s, s:s, s:[s, s]}", "summary",
		"Trygghetsråd Ryd", "location", "Ekholmens centrum", "categories",
		"Skäggetorp", "Trygghetsbesiktning");

	for (size_t i = 0; i < sizeof(orders) / sizeof(*orders); i++) {
		json_auto_t *order = json_loads(orders[i][0], 0, NULL);
		f->config.settings.matching = order;
		struct placing p =
			placing_find(&f->config, &calendar, component, "2026-09-14");
		assert_same(p.council, orders[i][1]);
		assert_same(p.kind, orders[i][2]);
		assert_same(p.reason, orders[i][2] ? NULL : "meeting-no-kind");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			an_entry_is_placed_by_its_words_or_left_to_a_person, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			the_settings_say_in_which_order_an_entry_is_asked, set_up,
			tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
