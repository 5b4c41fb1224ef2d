/* How each of the two mail servers is signed in to. */
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "config/check.h"
#include "config/oauth-settings.h"
#include "net/http.h"

struct look {
	const struct source_file *file;
	const char *dir;
	struct problems *problems;
	const char *section; /* "imap", "smtp" */
	const json_t *server;
	const json_t *oauth; /* what holds for it */
};

/* A member of oauth2 is complained of where it stands, else where it should. */
static char *pointer_to(const struct look *l, const char *member)
{
	const json_t *own = json_object_get(l->server, "oauth2");
	const json_t *common = json_object_get(l->file->json, "oauth2");

	if (!json_object_get(own, member) && (!own || json_object_get(common, member)))
		return xasprintf("/oauth2/%s", member);
	return xasprintf("/%s/oauth2/%s", l->section, member);
}

static void complain(const struct look *l, const char *member, const char *what)
{
	str_auto *pointer = pointer_to(l, member);

	source_file_complain(l->file, l->problems, pointer, "%s", what);
}

static bool has_preset(const struct look *l, const char *name)
{
	return strcmp(json_str_or(l->oauth, "preset", ""), name) == 0;
}

static bool has_grant(const struct look *l, const char *name)
{
	return strcmp(json_str_or(l->oauth, "grant", ""), name) == 0;
}

static void check_url(const struct look *l, const char *member)
{
	const char *url = json_str(l->oauth, member);

	if (url && *url && !http_is_url(url))
		complain(l, member,
			"is no address of the form https://server/path; it must be "
			"one, as secrets go there");
}

static void check_token_url(const struct look *l)
{
	if (json_object_get(l->oauth, "token_url"))
		return;
	complain(l, "token_url",
		has_preset(l, "exchange-online")
			? "is missing: client-credentials hold in one tenant; it must "
			  "be https://login.microsoftonline.com/TENANT/oauth2/v2.0/"
			  "token with your tenant's id"
			: "is missing: the https address that gives out tokens");
}

static void check_google(const struct look *l)
{
	if (!has_preset(l, "google") || has_grant(l, "refresh-token"))
		return;
	complain(l, "grant",
		has_grant(l, "device-code")
			? "Google gives no access to mail by a code; it must be "
			  "\"refresh-token\" (utskick-sign-in(7) says how to get one)"
			: "Google does not know this for mail; it must be "
			  "\"refresh-token\"");
}

static void check_grant(const struct look *l)
{
	if (!json_object_get(l->oauth, "grant"))
		complain(l, "grant",
			"is missing: it must be \"client-credentials\", "
			"\"refresh-token\" or \"device-code\"");
	if (has_grant(l, "client-credentials") &&
		!json_object_get(l->oauth, "client_secret"))
		complain(l, "client_secret",
			"is missing: client-credentials prove the program by its "
			"secret, {\"file\": \"secret-oauth2\"}");
	if (has_grant(l, "refresh-token") &&
		!json_object_get(l->oauth, "refresh_token"))
		complain(l, "refresh_token",
			"is missing: the first one has to come from somewhere, "
			"{\"file\": \"refresh-token\"}");
	if (has_grant(l, "device-code") && !json_object_get(l->oauth, "device_url"))
		complain(l, "device_url",
			"is missing: the https address that begins a sign-in by code");
}

/* The secrets are read where they stand, so that each is complained of once. */
static void check_oauth_files(const struct source_file *f, const char *dir,
	struct problems *problems, const char *at, const json_t *oauth)
{
	check_secret(f, problems, dir, at, "client_secret", "oauth2", oauth);
	check_secret(f, problems, dir, at, "refresh_token", "oauth2", oauth);
	check_ca_file(f, problems, dir, at, oauth);
}

static void check_oauth(const struct look *l)
{
	if (!json_object_size(json_object_get(l->server, "oauth2")) &&
		!json_object_size(json_object_get(l->file->json, "oauth2"))) {
		str_auto *at = xasprintf("/%s/oauth2", l->section);
		source_file_complain(l->file, l->problems, at,
			"is missing: auth \"oauth2\" needs to know where tokens come "
			"from, here or at the top level");
		return;
	}
	check_token_url(l);
	if (!json_object_get(l->oauth, "client_id"))
		complain(l, "client_id",
			"is missing: the id that the provider gave the program");
	check_url(l, "token_url");
	check_url(l, "device_url");
	check_grant(l);
	check_google(l);
}

/* What says nothing was meant to say something. */
static void check_password_sign_in(const struct look *l)
{
	str_auto *secret = xasprintf("/%s/secret", l->section);
	str_auto *oauth = xasprintf("/%s/oauth2", l->section);

	if (!json_object_get(l->server, "secret"))
		source_file_complain(l->file, l->problems, secret,
			"is missing: where the password is, {\"file\": \"secret-%s\"} "
			"or {\"credential\": \"%s\"}; or set \"auth\": \"oauth2\"",
			l->section, l->section);
	if (json_object_get(l->server, "oauth2"))
		source_file_complain(l->file, l->problems, oauth,
			"says nothing while auth is \"password\"; it must go, or auth "
			"be \"oauth2\"");
}

static void check_server(const struct source_file *settings, const char *dir,
	const char *section, struct problems *problems)
{
	const json_t *server = json_object_get(settings->json, section);
	json_auto_t *oauth = oauth_effective(settings->json, section);
	const struct look l = {settings, dir, problems, section, server, oauth};
	str_auto *at = xasprintf("/%s", section);
	str_auto *oauth_at = xasprintf("/%s/oauth2", section);

	if (!json_is_object(server))
		return;
	check_secret(settings, problems, dir, at, "secret", section, server);
	check_ca_file(settings, problems, dir, at, server);
	check_oauth_files(
		settings, dir, problems, oauth_at, json_object_get(server, "oauth2"));
	const char *auth = json_str_or(server, "auth", "");
	if (strcmp(auth, "oauth2") == 0)
		check_oauth(&l);
	if (strcmp(auth, "password") == 0)
		check_password_sign_in(&l);
}

static void check_fallback(
	const struct source_file *settings, struct problems *problems)
{
	const json_t *coordinator = json_object_get(
		json_object_get(settings->json, "office"), "coordinator");
	const char *fallback = json_str(coordinator, "fallback_address");
	const char *mailbox =
		json_str(json_object_get(settings->json, "mailbox"), "address");

	if (fallback && mailbox && text_equal_nocase(fallback, mailbox))
		source_file_complain(settings, problems,
			"/office/coordinator/fallback_address",
			"is the mailbox itself; it must be another, as it is written "
			"to when the mailbox cannot be read");
}

void check_servers(
	const struct source_file *settings, const char *dir, struct problems *problems)
{
	check_server(settings, dir, "imap", problems);
	check_server(settings, dir, "smtp", problems);
	check_oauth_files(settings, dir, problems, "/oauth2",
		json_object_get(settings->json, "oauth2"));
	check_fallback(settings, problems);
}
