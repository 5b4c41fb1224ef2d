#define _GNU_SOURCE 1

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "duty/sign-in.h"
#include "duty/token-store.h"

#define NOW 1800000000
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A state folder, and settings whose token server is nowhere. */
struct place {
	char dir[64];
	struct settings settings;
};

static struct place place_new(enum oauth_grant grant)
{
	struct place p = {.dir = "/tmp/test-sign-in-XXXXXX"};
	const struct server_settings server = {
		.host = "mail.example",
		.user = "utskott@by.example",
		.uses_oauth = true,
		.timeout_seconds = 1,
		.oauth = {.grant = grant,
			.token_url = "https://127.0.0.1:1/token",
			.client_id = "c",
			.scope = "mail"},
	};

	assert_non_null(mkdtemp(p.dir));
	p.settings.imap.server = server;
	p.settings.smtp.server = server;
	return p;
}

static void place_free(const struct place *p)
{
	str_auto *command = xasprintf("rm -r %s", p->dir);

	assert_int_equal(system(command), 0);
}

static struct sign_in imap_of(const struct place *p)
{
	return sign_in_of(&p->settings, "imap", p->dir);
}

static void keep(const struct sign_in *s, const char *access, int64_t lifetime)
{
	const struct oauth_token token = {(char *)access, "forny", lifetime};
	struct err err = ERR_INIT;

	if (sign_in_keep(s, &token, NOW, &err) < 0)
		fail_msg("%s", err.text);
}

static void kept_token_is_good_until_shortly_before_its_end(void **state)
{
	static const struct {
		int64_t lifetime, after;
		bool is_kept;
	} cases[] = {{3600, 0, true}, {3600, 3299, true}, {3600, 3599, true},
		{3600, 3600, false}, {100, 89, true}, {100, 99, true},
		{100, 100, false}, {3600, -1, false}};
	(void)state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct place p = place_new(OAUTH_DEVICE_CODE);
		struct sign_in s = imap_of(&p);
		secret_auto secret = BUF_EMPTY;
		struct err err = ERR_INIT;

		keep(&s, "a", cases[i].lifetime);
		enum sign_in_outcome outcome =
			sign_in_get(&s, NOW + cases[i].after, &secret, &err);
		/* Its server is nowhere: what is still good is given all the same. */
		assert_int_equal(
			outcome, cases[i].is_kept ? SIGN_IN_READY : SIGN_IN_TROUBLE);
		assert_string_equal(buf_str(&secret), cases[i].is_kept ? "a" : "");
		place_free(&p);
	}
}

static void token_of_other_settings_is_not_ours(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct place p = place_new(OAUTH_DEVICE_CODE);
		struct sign_in s = imap_of(&p);
		struct oauth_settings *o = &p.settings.imap.server.oauth;
		secret_auto secret = BUF_EMPTY;
		struct err err = ERR_INIT;

		keep(&s, "a", 3600);
		o->client_id = i == 0 ? "other" : o->client_id;
		o->scope = i == 1 ? NULL : o->scope;
		o->token_url = i == 2 ? "https://127.0.0.1:1/t" : o->token_url;
		if (i == 3)
			p.settings.imap.server.user = "annan@by.example";
		assert_int_equal(sign_in_get(&s, NOW, &secret, &err), SIGN_IN_REFUSED);
		assert_non_null(strstr(err.text, "run: utskick sign-in imap"));
		place_free(&p);
	}
}

static void refused_token_is_not_given_again_but_a_newer_one_is(void **state)
{
	struct place p = place_new(OAUTH_DEVICE_CODE);
	struct sign_in s = imap_of(&p);
	secret_auto secret = BUF_EMPTY;
	struct err err = ERR_INIT;
	(void)state;

	keep(&s, "a", 3600);
	assert_int_equal(
		sign_in_renew(&s, "a", NOW + 1, &secret, &err), SIGN_IN_TROUBLE);
	keep(&s, "b", 3600);
	assert_int_equal(sign_in_renew(&s, "a", NOW + 1, &secret, &err), SIGN_IN_READY);
	assert_string_equal(buf_str(&secret), "b");
	place_free(&p);
}

static void token_is_kept_for_its_owner_alone(void **state)
{
	struct place p = place_new(OAUTH_DEVICE_CODE);
	struct sign_in s = imap_of(&p);
	str_auto *path = file_join(p.dir, "oauth-imap.json");
	str_auto *room = file_join(p.dir, "oauth-imap.json.new");
	kept_token_auto token = KEPT_TOKEN_EMPTY;
	struct err err = ERR_INIT;
	struct stat st;
	(void)state;

	assert_int_equal(token_store_read(p.dir, "imap", &token, &err), 0);
	keep(&s, "a", 3600);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_true(st.st_size < 1000);
	assert_int_not_equal(access(room, F_OK), 0);
	assert_int_equal(token_store_read(p.dir, "imap", &token, &err), 1);
	assert_string_equal(token.access, "a");
	assert_string_equal(token.refresh, "forny");
	assert_int_equal(token.obtained_at, NOW);
	assert_int_equal(token.expires_at, NOW + 3600);
	chmod(path, 0640);
	assert_int_equal(token_store_read(p.dir, "imap", &token, &err), -1);
	assert_non_null(strstr(err.text, "chmod 600"));
	place_free(&p);
}

static void damaged_token_is_none(void **state)
{
	static const char *const texts[] = {
		"{", "[]", "{}", "{\"access_token\": \"a\"}", "\xff"};
	struct place p = place_new(OAUTH_DEVICE_CODE);
	str_auto *path = file_join(p.dir, "oauth-imap.json");
	(void)state;

	for (size_t i = 0; i < COUNT(texts); i++) {
		kept_token_auto token = KEPT_TOKEN_EMPTY;
		struct err err = ERR_INIT;

		assert_int_equal(
			file_write(path, texts[i], strlen(texts[i]), 0600, &err), 0);
		assert_int_equal(token_store_read(p.dir, "imap", &token, &err), 0);
		assert_null(token.access);
	}
	place_free(&p);
}

static void without_room_nothing_is_begun(void **state)
{
	struct place p = place_new(OAUTH_DEVICE_CODE);
	str_auto *missing = file_join(p.dir, "missing");
	token_change_auto change = TOKEN_CHANGE_NONE;
	struct err err = ERR_INIT;
	(void)state;

	assert_int_equal(token_store_begin(missing, "imap", &change, &err), -1);
	assert_int_equal(err.kind, ERR_TEMP);
	place_free(&p);
}

/* Reads a number from the token, waits, writes it one higher. */
static void count_up(const char *dir)
{
	token_change_auto change = TOKEN_CHANGE_NONE;
	kept_token_auto token = KEPT_TOKEN_EMPTY;
	struct err err = ERR_INIT;

	if (token_store_begin(dir, "imap", &change, &err) < 0 ||
		token_store_read(dir, "imap", &token, &err) < 0)
		_exit(1);
	token.origin = token.origin ? token.origin : xstrdup("o");
	token.access = token.access ? token.access : xstrdup("a");
	token.expires_at++;
	sched_yield();
	_exit(token_store_put(&change, &token, &err) < 0);
}

static void many_processes_change_one_after_the_other(void **state)
{
	struct place p = place_new(OAUTH_DEVICE_CODE);
	kept_token_auto token = KEPT_TOKEN_EMPTY;
	struct err err = ERR_INIT;
	(void)state;

	for (int i = 0; i < 20; i++)
		if (fork() == 0)
			count_up(p.dir);
	for (int i = 0; i < 20; i++) {
		int status = -1;
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_int_equal(token_store_read(p.dir, "imap", &token, &err), 1);
	assert_int_equal(token.expires_at, 20);
	place_free(&p);
}

static void first_refresh_token_given_to_both_is_kept_in_common(void **state)
{
	struct place p = place_new(OAUTH_REFRESH_TOKEN);
	struct server_settings *smtp = &p.settings.smtp.server;
	(void)state;

	p.settings.imap.server.oauth.refresh_file = "/a";
	smtp->oauth.refresh_file = "/a";
	assert_string_equal(sign_in_of(&p.settings, "smtp", p.dir).kept_as, "imap");
	smtp->oauth.refresh_file = "/b";
	assert_string_equal(sign_in_of(&p.settings, "smtp", p.dir).kept_as, "smtp");
	smtp->oauth.refresh_file = "/a";
	smtp->oauth.scope = "other";
	assert_string_equal(sign_in_of(&p.settings, "smtp", p.dir).kept_as, "smtp");
	assert_string_equal(sign_in_of(&p.settings, "imap", p.dir).kept_as, "imap");
	place_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kept_token_is_good_until_shortly_before_its_end),
		cmocka_unit_test(token_of_other_settings_is_not_ours),
		cmocka_unit_test(refused_token_is_not_given_again_but_a_newer_one_is),
		cmocka_unit_test(token_is_kept_for_its_owner_alone),
		cmocka_unit_test(damaged_token_is_none),
		cmocka_unit_test(without_room_nothing_is_begun),
		cmocka_unit_test(many_processes_change_one_after_the_other),
		cmocka_unit_test(first_refresh_token_given_to_both_is_kept_in_common),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
