#include <stdbool.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "config/check.h"

static bool is_password_name(const char *key)
{
	static const char *const names[] = {
		"password", "passwd", "pass", "token", "lösenord"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (text_equal_nocase(key, names[i]))
			return true;
	return false;
}

/* object is the server's or its "secret". Found and removed: true. */
static bool remove_password(struct source_file *f, struct problems *problems,
	const char *pointer, const char *section, json_t *object)
{
	const char *key;
	json_t *value;
	void *next;
	bool found = false;

	json_object_foreach_safe(object, next, key, value)
	{
		if (!is_password_name(key))
			continue;
		str_auto *at = xasprintf("%s/%s", pointer, key);
		source_file_complain(f, problems, at,
			"a password has no place in this file; write it into a file "
			"of mode 0600 and name that: \"secret\": {\"file\": "
			"\"secret-%s\"}",
			section);
		json_object_del(object, key);
		found = true;
	}
	return found;
}

static void check_server_password(struct source_file *f, struct problems *problems,
	const char *pointer, const char *section, json_t *server)
{
	json_t *secret = json_object_get(server, "secret");
	str_auto *inner = xasprintf("%s/secret", pointer);
	bool found = remove_password(f, problems, pointer, section, server);

	if (json_is_object(secret))
		found |= remove_password(f, problems, inner, section, secret);
	/* What should have been there instead has been said. */
	if (found && (!secret || !json_object_size(secret)))
		json_object_set_new(
			server, "secret", json_pack("{s:s}", "credential", section));
}

void check_passwords(struct source_file *settings, struct problems *problems)
{
	json_t *json = settings->json;
	size_t i;
	json_t *calendar;

	check_server_password(
		settings, problems, "/imap", "imap", json_object_get(json, "imap"));
	check_server_password(
		settings, problems, "/smtp", "smtp", json_object_get(json, "smtp"));
	json_array_foreach (json_object_get(json, "calendars"), i, calendar) {
		str_auto *pointer = xasprintf("/calendars/%zu", i);
		check_server_password(
			settings, problems, pointer, "calendar", calendar);
	}
}
