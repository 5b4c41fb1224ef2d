#include "config/resolve.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "config/oauth-settings.h"
#include "mail/address.h"

static void resolve_path(json_t *object, const char *key, const char *dir)
{
	const char *path = json_str(object, key);

	if (!path)
		return;
	str_auto *absolute = file_join(dir, path);
	json_put_str(object, key, absolute);
}

static void resolve_server(
	json_t *server, const char *dir, int implicit_port, int starttls_port)
{
	bool starttls = strcmp(json_str_or(server, "tls", ""), "starttls") == 0;

	resolve_path(server, "ca_file", dir);
	resolve_path(json_object_get(server, "secret"), "file", dir);
	if (!json_object_get(server, "port"))
		json_put_int(server, "port", starttls ? starttls_port : implicit_port);
}

/* Each server with its own, whole: the paths of what both share are made absolute
 * twice, and the second time is none. */
static void resolve_oauth(json_t *settings, const char *section, const char *dir)
{
	json_t *server = json_object_get(settings, section);

	if (strcmp(json_str_or(server, "auth", ""), "oauth2") != 0)
		return;
	json_t *oauth = oauth_effective(settings, section);
	resolve_path(oauth, "ca_file", dir);
	resolve_path(json_object_get(oauth, "client_secret"), "file", dir);
	resolve_path(json_object_get(oauth, "refresh_token"), "file", dir);
	json_object_set_new(server, "oauth2", oauth);
}

/* What a provider takes from one mailbox, with room for the person who writes from it
 * too. 0: no limit. */
struct preset {
	const char *provider;
	int connections;
	int messages_per_minute, messages_per_day;
	int recipients_per_minute, recipients_per_day;
};

static const struct preset presets[] = {
	/* 30 messages a minute, 10,000 recipients a day, 3 connections. */
	{"exchange-online", 2, 25, 0, 0, 9000},
	/* 2,000 messages and 10,000 recipients a day. */
	{"google", 2, 60, 1800, 0, 9000},
	{"plain", 2, 600, 0, 0, 0},
};

static void resolve_limit(json_t *smtp, const char *key, int value)
{
	if (!json_object_get(smtp, key))
		json_put_int(smtp, key, value);
}

static void resolve_provider(json_t *smtp)
{
	const char *provider = json_str_or(smtp, "provider", "");

	for (size_t i = 0; i < sizeof(presets) / sizeof(*presets); i++) {
		const struct preset *p = &presets[i];
		if (strcmp(p->provider, provider) != 0)
			continue;
		resolve_limit(smtp, "connections", p->connections);
		resolve_limit(smtp, "messages_per_minute", p->messages_per_minute);
		resolve_limit(smtp, "messages_per_day", p->messages_per_day);
		resolve_limit(smtp, "recipients_per_minute", p->recipients_per_minute);
		resolve_limit(smtp, "recipients_per_day", p->recipients_per_day);
	}
}

static void resolve_hello(json_t *settings)
{
	const char *address = json_str(json_object_get(settings, "mailbox"), "address");
	json_t *smtp = json_object_get(settings, "smtp");

	if (json_object_get(smtp, "hello"))
		return;
	/* Normal, as EHLO takes A-labels only (RFC 5321, 4.1.1.1). */
	str_auto *normal = address_normal(address);
	json_put_str(smtp, "hello", address_domain(normal ? normal : address));
}

/* Meetings may be mailed wherever nothing is said of it. */
static void resolve_mailed(json_t *settings)
{
	const json_t *mailbox = json_object_get(settings, "mailbox");
	json_t *calendars = json_object_get(settings, "calendars");
	size_t i;
	json_t *calendar;

	json_array_foreach (calendars, i, calendar)
		if (json_object_get(calendar, "mail"))
			return;
	str_auto *name = xasprintf("mail:%s", json_str_or(mailbox, "address", ""));
	/* The schema's defaults, as there was nothing to fill them in to. */
	json_array_append_new(calendars,
		json_pack("{s:s, s:{s:[], s:b, s:i, s:i}}", "name", name, "mail",
			"from", "answer", 1, "answers_per_day", 200, "messages", 500));
}

static void resolve_languages(json_t *directory, const char *language)
{
	size_t i;
	json_t *person;

	json_array_foreach (json_object_get(directory, "people"), i, person)
		if (!json_object_get(person, "language"))
			json_put_str(person, "language", language);
}

int resolve_all(json_t *settings, json_t *directory, const char *dir, struct err *err)
{
	str_auto *absolute = realpath(dir, NULL);
	size_t i;
	json_t *calendar;

	if (!absolute)
		return err_set(err, ERR_PERM, "%s: %s", dir, strerror(errno));
	if (!text_is_utf8(absolute, strlen(absolute)))
		return err_set(
			err, ERR_PERM, "%s: the folder's name must be UTF-8", absolute);
	resolve_server(json_object_get(settings, "imap"), absolute, 993, 143);
	resolve_server(json_object_get(settings, "smtp"), absolute, 465, 587);
	resolve_oauth(settings, "imap", absolute);
	resolve_oauth(settings, "smtp", absolute);
	json_array_foreach (json_object_get(settings, "calendars"), i, calendar) {
		resolve_path(calendar, "folder", absolute);
		resolve_path(calendar, "ca_file", absolute);
		resolve_path(json_object_get(calendar, "secret"), "file", absolute);
	}
	resolve_mailed(settings);
	resolve_path(settings, "templates", absolute);
	resolve_provider(json_object_get(settings, "smtp"));
	resolve_hello(settings);
	resolve_languages(
		directory, json_str(json_object_get(settings, "office"), "language"));
	return 0;
}
