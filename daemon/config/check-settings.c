#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "config/check.h"
#include "mail/address.h"
#include "net/http.h"

struct look {
	const struct source_file *file;
	const char *dir;
	struct problems *problems;
};

static const json_t *get(const struct look *l, const char *section)
{
	return json_object_get(l->file->json, section);
}

/* Two numbers of which small must not be above large; absent where of a wrong type. */
static void check_order(const struct look *l, const char *small_at, const json_t *small,
	const char *large_at, const json_t *large)
{
	if (!json_is_integer(small) || !json_is_integer(large) ||
		json_integer_value(small) <= json_integer_value(large))
		return;
	source_file_complain(l->file, l->problems, small_at,
		"%lld is more than %s, %lld; it must not be",
		(long long)json_integer_value(small), large_at,
		(long long)json_integer_value(large));
}

static void check_limits(const struct look *l)
{
	const json_t *smtp = get(l, "smtp"), *imap = get(l, "imap");
	const json_t *minutes = get(l, "minutes"), *reader = get(l, "reader");

	check_order(l, "/smtp/tell_after_hours",
		json_object_get(smtp, "tell_after_hours"), "/smtp/retry_hours",
		json_object_get(smtp, "retry_hours"));
	check_order(l, "/minutes/largest_mib", json_object_get(minutes, "largest_mib"),
		"/imap/largest_mail_mib", json_object_get(imap, "largest_mail_mib"));
	check_order(l, "/reader/cpu_seconds", json_object_get(reader, "cpu_seconds"),
		"/reader/wall_seconds", json_object_get(reader, "wall_seconds"));
}

/* A word that marks two kinds marks none. seen: folded word to kind. */
static void check_words(
	const struct look *l, size_t index, const json_t *kind, json_t *seen)
{
	size_t i;
	json_t *word;

	json_array_foreach (json_object_get(kind, "words"), i, word) {
		if (!json_is_string(word))
			continue;
		str_auto *folded = text_fold(json_string_value(word));
		const char *other = json_str(seen, folded);
		const char *id = json_str_or(kind, "id", "?");
		if (!other)
			json_object_set_new(seen, folded, json_string(id));
		if (!other || strcmp(other, id) == 0)
			continue;
		str_auto *at = xasprintf("/kinds/%zu/words/%zu", index, i);
		source_file_complain(l->file, l->problems, at,
			"\"%s\" marks the kind \"%s\" too; a word must mark one kind",
			json_string_value(word), other);
	}
}

static void check_kind(const struct look *l, size_t index, const json_t *kind)
{
	str_auto *warn = xasprintf("/kinds/%zu/warn_days", index);
	str_auto *invitation = xasprintf("/kinds/%zu/invitation_days", index);
	str_auto *due = xasprintf("/kinds/%zu/minutes_days", index);
	str_auto *invite_at = xasprintf("/kinds/%zu/invite", index);
	const json_t *invite = json_object_get(kind, "invite");

	check_order(l, warn, json_object_get(kind, "warn_days"), invitation,
		json_object_get(kind, "invitation_days"));
	if (json_bool_or(kind, "minutes", true))
		check_order(l, due, json_object_get(kind, "minutes_days"),
			"/planning/past_days",
			json_object_get(get(l, "planning"), "past_days"));
	if (json_has_str(invite, "council") && !json_has_str(invite, "committees"))
		source_file_complain(l->file, l->problems, invite_at,
			"the committees are owed every invitation; it must be "
			"[\"committees\", \"council\"]");
}

static void check_kinds(const struct look *l)
{
	json_auto_t *words = json_object();
	size_t i;
	json_t *kind;

	check_twice(l->file, l->problems, "kinds", "id");
	json_array_foreach (get(l, "kinds"), i, kind) {
		check_kind(l, i, kind);
		check_words(l, i, kind, words);
	}
}

/* What is removed, and when, has to be said in one way. */
static void check_retention(const struct look *l)
{
	size_t i;
	json_t *one;

	check_twice(l->file, l->problems, "retention", "class");
	json_array_foreach (get(l, "retention"), i, one) {
		str_auto *at = xasprintf("/retention/%zu", i);
		bool days = json_object_get(one, "keep_days") != NULL;
		bool years = json_object_get(one, "keep_years") != NULL;
		if (days == years)
			source_file_complain(l->file, l->problems, at,
				"how long must be said once; it must have either "
				"keep_days or keep_years");
	}
}

/* The default need not be there: an office may hold no inspections. */
static void check_inspection(const struct look *l)
{
	const char *id = json_str(get(l, "planning"), "inspection_kind");
	size_t i;
	json_t *kind;

	if (!id || strcmp(id, "inspection") == 0)
		return;
	json_array_foreach (get(l, "kinds"), i, kind) {
		if (strcmp(json_str_or(kind, "id", ""), id) == 0)
			return;
	}
	source_file_complain(l->file, l->problems, "/planning/inspection_kind",
		"no kind has the id \"%s\"; it must be one of those in kinds", id);
}

/* One that is not there, or may not be read, may be a share that comes later: intake
 * says so and looks again, and --check complains. */
static void check_is_folder(
	const struct look *l, const char *pointer, const json_t *value)
{
	struct stat st;

	if (!json_is_string(value) || !json_string_length(value))
		return;
	str_auto *path = file_join(l->dir, json_string_value(value));
	if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
		source_file_complain(l->file, l->problems, pointer,
			"%s is no folder; name the folder that the files are in", path);
}

static void check_calendars(const struct look *l, const struct source_file *directory)
{
	json_auto_t *kinds = check_collect_ids(get(l, "kinds"));
	json_auto_t *councils =
		check_collect_ids(json_object_get(directory->json, "councils"));
	size_t i;
	json_t *calendar;

	check_twice(l->file, l->problems, "calendars", "name");
	check_twice(l->file, l->problems, "calendars", "folder");
	json_array_foreach (get(l, "calendars"), i, calendar) {
		str_auto *folder = xasprintf("/calendars/%zu/folder", i);
		str_auto *council = xasprintf("/calendars/%zu/council", i);
		str_auto *kind = xasprintf("/calendars/%zu/kind", i);
		check_is_folder(l, folder, json_object_get(calendar, "folder"));
		check_reference(l->file, l->problems, kind,
			json_object_get(calendar, "kind"), kinds, "kind");
		if (directory->json)
			check_reference(l->file, l->problems, council,
				json_object_get(calendar, "council"), councils,
				"council");
	}
}

/* ---- calendars on servers ---- */

/* What it says is not repeated: the address may be a secret, or hold one. */
static void check_address(const struct look *l, const char *at, const json_t *calendar,
	const char *member)
{
	const char *address = json_str(calendar, member);

	if (!address || !*address || http_is_url(address))
		return;
	str_auto *pointer = xasprintf("%s/%s", at, member);
	source_file_complain(l->file, l->problems, pointer,
		"is no address of the form https://server/path without a user name in "
		"it; %s",
		text_starts_nocase(address, "webcal:")
			? "write https:// in place of webcal://"
			: "it must be one, as utskickd asks for calendars by TLS only");
}

static void check_one_place(
	const struct look *l, const char *at, const json_t *calendar)
{
	static const char *const places[] = {"folder", "url", "caldav", "mail"};
	int count = 0;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		count += json_object_get(calendar, places[i]) != NULL;
	if (count == 0)
		source_file_complain(l->file, l->problems, at,
			"does not say where the calendar is; it must have a "
			"\"folder\", "
			"a \"url\", a \"caldav\" or \"mail\"");
	if (count > 1)
		source_file_complain(l->file, l->problems, at,
			"says more than once where the calendar is; it must have one "
			"of "
			"\"folder\", \"url\", \"caldav\" and \"mail\"");
}

/* What says nothing where it stands was meant to say something. */
static void check_belongs(const struct look *l, const char *at, const json_t *calendar)
{
	static const char *const members[] = {
		"user", "secret", "ca_file", "collection"};
	bool has_mail = json_object_get(calendar, "mail") != NULL;
	bool has_folder = has_mail || json_object_get(calendar, "folder");
	bool has_url = json_object_get(calendar, "url") != NULL;

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		bool is_collection = strcmp(members[i], "collection") == 0;
		if (!json_object_get(calendar, members[i]) ||
			!(has_folder || (has_url && is_collection)))
			continue;
		str_auto *pointer = xasprintf("%s/%s", at, members[i]);
		source_file_complain(l->file, l->problems, pointer,
			"says nothing about a calendar that is a %s; it must go, or "
			"the "
			"calendar be a %s",
			has_mail     ? "mail"
			: has_folder ? "folder"
				     : "url",
			is_collection ? "\"caldav\"" : "\"url\" or a \"caldav\"");
	}
}

static void check_sign_in(const struct look *l, const char *at, const json_t *calendar)
{
	bool has_user = json_object_get(calendar, "user") != NULL;
	bool has_secret = json_object_get(calendar, "secret") != NULL;

	if (has_user != has_secret)
		source_file_complain(l->file, l->problems, at,
			"has a \"%s\" and no \"%s\"; it must have both or neither",
			has_user ? "user" : "secret", has_user ? "secret" : "user");
}

/* There is one mailbox, so its meetings are one calendar. */
static void check_one_mail(const struct look *l)
{
	size_t i;
	json_t *calendar;
	bool has_mail = false;

	json_array_foreach (get(l, "calendars"), i, calendar) {
		if (!json_object_get(calendar, "mail"))
			continue;
		str_auto *at = xasprintf("/calendars/%zu/mail", i);
		if (has_mail)
			source_file_complain(l->file, l->problems, at,
				"is the second calendar that is mailed; one must hold "
				"all");
		has_mail = true;
	}
}

static void check_calendar_servers(const struct look *l)
{
	size_t i;
	json_t *calendar;

	check_one_mail(l);
	json_array_foreach (get(l, "calendars"), i, calendar) {
		str_auto *at = xasprintf("/calendars/%zu", i);
		check_one_place(l, at, calendar);
		check_address(l, at, calendar, "url");
		check_address(l, at, calendar, "caldav");
		check_belongs(l, at, calendar);
		if (json_object_get(calendar, "folder") ||
			json_object_get(calendar, "mail"))
			continue;
		check_sign_in(l, at, calendar);
		check_secret(l->file, l->problems, l->dir, at, "secret", "calendar",
			calendar);
		check_ca_file(l->file, l->problems, l->dir, at, calendar);
	}
}

static void check_links(const struct look *l)
{
	check_ca_file(l->file, l->problems, l->dir, "/links", get(l, "links"));
}

static void check_trust(const struct look *l)
{
	const json_t *trust = get(l, "trust");
	bool is_exchange =
		strcmp(json_str_or(trust, "provider", ""), "exchange-online") == 0;

	if (is_exchange && !json_object_get(trust, "tenant"))
		source_file_complain(l->file, l->problems, "/trust/provider",
			"needs to know which tenant is ours; \"trust\" must have a "
			"\"tenant\" with its id and domains");
	if (!is_exchange && json_object_get(trust, "tenant"))
		source_file_complain(l->file, l->problems, "/trust/tenant",
			"says nothing without \"provider\": \"exchange-online\"; it "
			"must go, or the provider be set");
}

static void check_mailbox_folders(const struct look *l)
{
	static const char *const others[] = {"handled", "sent"};
	const json_t *folders = json_object_get(get(l, "imap"), "folders");
	const char *inbox = json_str(folders, "inbox");

	for (size_t i = 0; inbox && i < sizeof(others) / sizeof(others[0]); i++) {
		const char *other = json_str(folders, others[i]);
		if (!other || !text_equal_nocase(inbox, other))
			continue;
		str_auto *at = xasprintf("/imap/folders/%s", others[i]);
		source_file_complain(l->file, l->problems, at,
			"\"%s\" is where mail arrives; it must be another folder, or "
			"its mail is read again",
			other);
	}
}

void check_settings(const struct source_file *settings,
	const struct source_file *directory, const char *dir, struct problems *problems)
{
	struct look l = {settings, dir, problems};

	check_limits(&l);
	check_kinds(&l);
	check_retention(&l);
	check_inspection(&l);
	check_calendars(&l, directory);
	check_servers(settings, dir, problems);
	check_calendar_servers(&l);
	check_mailbox_folders(&l);
	check_links(&l);
	check_trust(&l);
}
