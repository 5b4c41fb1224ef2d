/* What the office says by code has words in every language. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "office/held-acts.h"

static const char *const languages[] = {"sv", "en"};

static json_t *names_of(const char *language)
{
	str_auto *path = xasprintf("templates/%s/words.json", language);
	json_auto_t *words = json_load_file(path, 0, NULL);

	assert_non_null(words);
	return json_incref(json_object_get(words, "names"));
}

static void want(const json_t *names, const char *group, const char *key)
{
	if (!json_str(json_object_get(names, group), key))
		fail_msg("words.json has no %s.%s", group, key);
}

static void each_act_has_its_words(void **state)
{
	static const char *const groups[] = {"held_what", "held_on_yes", "held_on_no"};
	(void)state;

	for (size_t l = 0; l < 2; l++) {
		json_auto_t *names = names_of(languages[l]);
		const char *act;
		for (size_t i = 0; (act = held_act_name(i)); i++) {
			str_auto *yes = xasprintf("%s-yes", act);
			str_auto *no = xasprintf("%s-no", act);
			for (size_t k = 0; k < 3; k++)
				want(names, groups[k], act);
			want(names, "held_done", yes);
			want(names, "held_done", no);
			assert_ptr_equal(held_act_find(act)->name, act);
		}
		assert_true(json_object_size(json_object_get(names, "done")) > 10);
	}
	assert_null(held_act_find("no-such-act"));
}

static void both_languages_have_the_same_words(void **state)
{
	json_auto_t *sv = names_of("sv");
	json_auto_t *en = names_of("en");
	const char *group;
	const char *key;
	json_t *members;
	json_t *word;
	(void)state;

	json_object_foreach (sv, group, members)
		json_object_foreach (members, key, word)
			want(en, group, key);
	json_object_foreach (en, group, members)
		json_object_foreach (members, key, word)
			want(sv, group, key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_act_has_its_words),
		cmocka_unit_test(both_languages_have_the_same_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
