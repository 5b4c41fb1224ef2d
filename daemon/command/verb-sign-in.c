/* Signs in to the mail servers by OAuth2: a person's sign-in by a code, or a look at
 * whether the program's own right is enough. */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "command/command.h"
#include "command/names.h"
#include "duty/server.h"
#include "net/stream.h"

#define SLOW_DOWN_SECONDS 5 /* RFC 8628 3.5 */

static const char *const servers[] = {"imap", "smtp"};

struct signing_in {
	struct command *c;
	const char *name;
	enum stream_protocol protocol;
	struct server_access access;
	json_t *done; /* what --json says */
	int64_t began_ms;
};

/* A person takes minutes. */
static int64_t now_of(const struct signing_in *s)
{
	return s->c->now + (clock_monotonic_ms() - s->began_ms) / 1000;
}

/* ---- by a code ---- */

static void show_code(const struct signing_in *s, const struct oauth_device *device)
{
	str_auto *lifetime = names_span(device->lifetime);

	/* Also with --json, whose output comes at the end. */
	fprintf(s->c->args->json ? stderr : stdout,
		"To sign in for %s as %s, open on any device\n\n    %s\n\nand type the "
		"code\n\n    %s\n\nIt is good for %s. Waiting ...\n",
		s->name, s->access.sign_in.server->user, device->address,
		device->user_code, lifetime);
	fflush(s->c->args->json ? stderr : stdout);
}

/* Until the person has finished, or the code has ended. */
static enum oauth_outcome await(const struct oauth_client *client,
	const struct oauth_device *device, struct oauth_token *ret, struct err *err)
{
	int64_t end = clock_monotonic_ms() + 1000 * device->lifetime;
	int interval = device->interval;

	while (clock_monotonic_ms() < end) {
		poll(NULL, 0, 1000 * interval);
		enum oauth_outcome outcome =
			oauth_by_device(client, device->device_code, ret, err);
		if (outcome == OAUTH_GIVEN || outcome == OAUTH_REFUSED)
			return outcome;
		if (outcome == OAUTH_TROUBLE && err->kind == ERR_PERM)
			return outcome;
		/* Trouble passes, but not by asking as often (RFC 8628 3.5). */
		if (outcome != OAUTH_PENDING)
			interval += SLOW_DOWN_SECONDS;
		*err = ERR_INIT;
	}
	err_set(err, ERR_PERM, "the code has ended before anybody signed in with it");
	return OAUTH_REFUSED;
}

static int sign_in_by_code(struct signing_in *s, struct err *err)
{
	struct oauth_client client = {.token_url = NULL};
	oauth_device_auto device = OAUTH_DEVICE_EMPTY;
	oauth_token_auto token = OAUTH_TOKEN_EMPTY;
	secret_auto secret = BUF_EMPTY;

	if (sign_in_client(&s->access.sign_in, &secret, &client, err) < 0 ||
		oauth_begin_device(&client, &device, err) != OAUTH_GIVEN)
		return -1;
	show_code(s, &device);
	if (await(&client, &device, &token, err) != OAUTH_GIVEN)
		return -1;
	if (!token.refresh)
		return err_set(err, ERR_PERM,
			"no refresh token was given, so the sign-in would end by "
			"itself; the scope needs offline_access or what the provider "
			"calls it");
	return sign_in_keep(&s->access.sign_in, &token, now_of(s), err);
}

/* ---- one server ---- */

static const struct server_settings *settings_of(
	const struct settings *s, const char *name)
{
	return strcmp(name, "imap") == 0 ? &s->imap.server : &s->smtp.server;
}

static int get_token(struct signing_in *s, struct err *err)
{
	secret_auto token = BUF_EMPTY;

	if (s->access.sign_in.server->oauth.grant == OAUTH_DEVICE_CODE)
		return sign_in_by_code(s, err);
	/* A new one, whatever is kept: its server is asked what it says today. */
	return sign_in_renew(&s->access.sign_in, NULL, now_of(s), &token, err) ==
			       SIGN_IN_READY
		       ? 0
		       : -1;
}

static int sign_in(struct signing_in *s, struct err *err)
{
	const struct server_settings *server = s->access.sign_in.server;

	if (get_token(s, err) < 0)
		return err_prefix(err, "%s", s->name);
	if (server_try(&s->access, s->protocol, &s->c->config->settings, now_of(s),
		    err) < 0)
		return err_prefix(err, "%s: a token was given, but", s->name);
	json_array_append_new(
		s->done, json_pack("{s:s, s:s, s:s}", "server", s->name, "host",
				 server->host, "user", server->user));
	if (!s->c->args->json)
		out_line(&s->c->out, OUT_GOOD, "%s: %s takes the sign-in of %s",
			s->name, server->host, server->user);
	return 0;
}

static int sign_in_to(
	struct command *c, const char *name, json_t *done, struct err *err)
{
	const struct settings *settings = &c->config->settings;
	bool is_imap = strcmp(name, "imap") == 0;
	struct signing_in s = {
		.c = c,
		.name = name,
		.protocol = is_imap ? STREAM_IMAP : STREAM_SMTP,
		.access = is_imap ? server_access_imap(settings, c->args->state_dir)
				  : server_access_smtp(settings, c->args->state_dir),
		.done = done,
		.began_ms = clock_monotonic_ms(),
	};

	int status = sign_in(&s, err);
	server_access_deinit(&s.access);
	return status;
}

/* ---- those that are asked for ---- */

static int check_words(const struct command *c, struct err *err)
{
	const char *word = c->args->word_count ? c->args->words[0] : NULL;
	bool any = false;

	for (size_t i = 0; i < 2; i++)
		any |= (!word || strcmp(word, servers[i]) == 0) &&
		       settings_of(&c->config->settings, servers[i])->uses_oauth;
	if (word && strcmp(word, "imap") != 0 && strcmp(word, "smtp") != 0)
		return err_set(err, ERR_PERM, "%s is neither imap nor smtp", word);
	if (!any)
		return err_set(err, ERR_PERM,
			"%s with a password, which needs no sign-in; set \"auth\": "
			"\"oauth2\" in utskick.json first",
			word ? word : "both servers are signed in to");
	return 0;
}

static int run(struct command *c, struct err *err)
{
	json_auto_t *done = json_array();

	if (check_words(c, err) < 0)
		return command_usage(err);
	if (stream_init() < 0)
		return err_set(err, ERR_TEMP, "libcurl cannot start");
	for (size_t i = 0; i < 2; i++) {
		bool asked = !c->args->word_count ||
			     strcmp(c->args->words[0], servers[i]) == 0;
		if (asked &&
			settings_of(&c->config->settings, servers[i])->uses_oauth &&
			sign_in_to(c, servers[i], done, err) < 0)
			return -1;
	}
	if (c->args->json)
		out_json(&c->out, done);
	return COMMAND_DONE;
}

const struct verb verb_sign_in = {
	.name = "sign-in",
	.usage = "[imap|smtp]",
	.describe = "sign in to the mail servers by OAuth2",
	.words_max = 1,
	.config = CONFIG_MUST,
	.store = STORE_NONE,
	.run = run,
};
