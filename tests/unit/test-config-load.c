#define _GNU_SOURCE 1

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "config/config.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define SMALL "tests/data/config-small"

/* An office in a folder of its own, with what it needs beside its two files. */
struct office {
	char root[64];
	char *dir;     /* root/config */
	char *text[2]; /* utskick.json, directory.json */
};

static const char *const names[2] = {"utskick.json", "directory.json"};

static char *read_text(const char *dir, const char *name)
{
	str_auto *path = file_join(dir, name);
	buf_auto text = BUF_EMPTY;
	struct err err = ERR_INIT;

	if (file_read(path, 1 << 22, &text, &err) < 0)
		fail_msg("%s", err.text);
	return buf_steal(&text);
}

static void put(
	const struct office *o, const char *name, const char *text, unsigned int mode)
{
	str_auto *path = file_join(o->dir, name);
	struct err err = ERR_INIT;

	if (file_write(path, text, strlen(text), mode, &err) < 0)
		fail_msg("%s", err.text);
}

static void make_folder(const struct office *o, const char *name)
{
	str_auto *path = file_join(o->dir, name);

	assert_int_equal(mkdir(path, 0700), 0);
}

static void make_words(const struct office *o)
{
	make_folder(o, "words");
	make_folder(o, "words/sv");
	make_folder(o, "words/en");
	put(o, "words/sv/words.json", "{\"hello\": \"hej\"}", 0644);
	put(o, "words/sv/letter.txt.mustache", "Hej {{name}}\n", 0644);
	put(o, "words/en/words.json", "{\"hello\": \"hello\"}", 0644);
	put(o, "words/en/.letter.txt.mustache.swp", "\xff", 0644);
}

static struct office office_new(const char *from)
{
	struct office o = {.root = "/tmp/test-config-XXXXXX"};

	assert_non_null(mkdtemp(o.root));
	o.dir = file_join(o.root, "config");
	assert_int_equal(mkdir(o.dir, 0700), 0);
	for (size_t i = 0; i < COUNT(names); i++)
		o.text[i] = read_text(from, names[i]);
	put(&o, "secret-imap", "hemligt\n", 0600);
	put(&o, "secret-smtp", "hemligt\n", 0600);
	make_folder(&o, "calendar");
	make_folder(&o, "unrest");
	make_folder(&o, "calendars");
	make_folder(&o, "calendars/sakerhetsenheten");
	make_folder(&o, "calendars/social-oro-skaggetorp");
	make_words(&o);
	return o;
}

static void office_free(struct office *o)
{
	str_auto *command = xasprintf("rm -r %s", o->root);

	assert_int_equal(system(command), 0);
	free(o->dir);
	free(o->text[0]);
	free(o->text[1]);
}

static struct config *office_load(const struct office *o, struct problems *ret)
{
	put(o, names[0], o->text[0], 0644);
	put(o, names[1], o->text[1], 0644);
	return config_load(o->dir, NULL, ret);
}

/* Single quotes for double ones, so that the cases can be read. */
static char *quoted(const char *s)
{
	char *out = xstrdup(s);

	for (char *at = out; *at; at++)
		if (*at == '\'')
			*at = '"';
	return out;
}

/* Replaces what must be there once. */
static void edit(char **text, const char *find, const char *replace)
{
	str_auto *old = quoted(find);
	str_auto *new = quoted(replace);
	char *at = strstr(*text, old);

	if (!at || strstr(at + 1, old))
		fail_msg("%s is not there once", old);
	char *out =
		xasprintf("%.*s%s%s", (int)(at - *text), *text, new, at + strlen(old));
	free(*text);
	*text = out;
}

static void fail_with(struct problems *problems)
{
	problems_print(problems, stderr);
	fail_msg("%zu problems", problems->count);
}

static void small_office_loads_with_every_member(void **state)
{
	struct office o = office_new(SMALL);
	problems_auto problems = PROBLEMS_NONE;
	config_auto *c = office_load(&o, &problems);
	(void)state;

	if (!c)
		fail_with(&problems);
	const struct settings *s = &c->settings;
	str_auto *secret = file_join(o.dir, "secret-imap");
	str_auto *folder = file_join(o.dir, "unrest");
	assert_string_equal(s->office_name, "Exempelby kommun");
	assert_string_equal(s->coordinator_address, "asa@by.example");
	assert_true(json_has_str(s->security_unit, "sakerhet@by.example"));
	assert_string_equal(s->imap.server.secret_file, secret);
	assert_null(s->imap.server.secret_credential);
	assert_int_equal(s->imap.server.tls, SERVER_TLS_IMPLICIT);
	assert_int_equal(s->imap.server.timeout_seconds, 30);
	assert_int_equal(s->imap.largest_mail, 30 << 20);
	assert_string_equal(s->imap.sent, "Skickat");
	assert_int_equal(s->smtp.server.tls, SERVER_TLS_STARTTLS);
	assert_int_equal(s->smtp.server.port, 587);
	assert_int_equal(s->smtp.server.timeout_seconds, 60);
	assert_string_equal(s->smtp.server.secret_credential, "smtp");
	assert_string_equal(s->smtp.hello, "by.example");
	assert_int_equal(s->smtp.unknown_grace_seconds, 600);
	assert_int_equal(s->horizon_days, 300);
	assert_int_equal(s->past_days, 50);
	assert_int_equal(s->send_hour, 7);
	/* What is mailed is the last where nothing is said of it. */
	assert_int_equal(s->calendar_count, 3);
	assert_true(s->calendars[2].mail && s->calendars[2].answer);
	assert_int_equal(json_array_size(s->calendars[2].mail_from), 0);
	assert_null(s->calendars[0].council);
	assert_string_equal(s->calendars[1].folder, folder);
	assert_string_equal(s->calendars[1].council, "norr");
	assert_int_equal(s->kind_count, 2);
	assert_true(settings_kind(s, "council")->invite_council);
	assert_int_equal(settings_kind(s, "unrest")->invitation_days, 14);
	assert_false(settings_kind(s, "unrest")->invite_council);
	assert_true(settings_kind(s, "unrest")->has_minutes);
	assert_null(settings_kind(s, "none"));
	assert_int_equal(s->reader.calendar_size, 2 << 20);
	assert_int_equal(json_object_size(c->templates), 3);
	assert_string_equal(
		json_str(c->templates, "sv/letter.txt.mustache"), "Hej {{name}}\n");
	office_free(&o);
}

static void left_out_members_have_their_defaults(void **state)
{
	struct office o = office_new("config");
	problems_auto problems = PROBLEMS_NONE;
	(void)state;

	edit(&o.text[0], "'../templates'", "'words'");
	edit(&o.text[0],
		",\n		'messages_per_minute': 25,\n		'connections': "
		"2",
		"");
	config_auto *c = office_load(&o, &problems);
	if (!c)
		fail_with(&problems);
	const struct settings *s = &c->settings;
	assert_int_equal(s->smtp.messages_per_minute, 25);
	assert_int_equal(s->smtp.connections, 2);
	assert_int_equal(s->smtp.retry_hours, 48);
	assert_int_equal(s->smtp.tell_after_hours, 4);
	assert_int_equal(s->imap.largest_mail, 35 << 20);
	assert_int_equal(s->imap.idle_minutes, 25);
	assert_int_equal(s->horizon_days, 400);
	assert_int_equal(s->past_days, 60);
	assert_int_equal(s->send_hour, 8);
	assert_int_equal(json_array_size(s->matching), 4);
	assert_int_equal(json_array_size(s->minutes_types), 5);
	assert_int_equal(s->minutes_largest, 25 << 20);
	assert_int_equal(s->automatic_mail_per_day, 5);
	assert_int_equal(s->reader.tries, 3);
	assert_int_equal(s->reader.calendar_size, 1 << 20);
	assert_int_equal(s->reader.calendar_components, 10000);
	assert_int_equal(settings_kind(s, "council-meeting")->warn_days, 7);
	assert_int_equal(settings_kind(s, "inspection")->minutes_days, 21);
	office_free(&o);
}

static void example_office_loads(void **state)
{
	struct office o = office_new("config");
	problems_auto problems = PROBLEMS_NONE;
	str_auto *templates = realpath("templates", NULL);
	str_auto *link = file_join(o.root, "templates");
	(void)state;

	assert_int_equal(symlink(templates, link), 0);
	config_auto *c = office_load(&o, &problems);
	if (!c)
		fail_with(&problems);
	assert_int_equal(
		json_array_size(json_object_get(c->directory, "councils")), 13);
	assert_int_equal(
		json_array_size(json_object_get(c->directory, "committees")), 7);
	office_free(&o);
}

static void whoever_has_no_language_gets_the_offices(void **state)
{
	struct office o = office_new(SMALL);
	problems_auto problems = PROBLEMS_NONE;
	config_auto *c = office_load(&o, &problems);
	const json_t *people = json_object_get(c->directory, "people");
	(void)state;

	assert_string_equal(json_str(json_array_get(people, 0), "language"), "en");
	assert_string_equal(json_str(json_array_get(people, 1), "language"), "sv");
	office_free(&o);
}

struct mistake {
	int file; /* 0: utskick.json, 1: directory.json */
	const char *find, *replace;
	int line;
	const char *field;
	const char *text; /* a part of it */
};

#define OAUTH(members)                                                                 \
	"'auth': 'oauth2', 'oauth2': {'client_id': 'c', 'token_url': "                 \
	"'https://t.example/', " members "}"

static const struct mistake mistakes[] = {
	/* Syntax. */
	{0, "'host': 'imap.by.example',", "'host': 'imap.by.example'", 16, "",
		"column 8: is not JSON; look for a comma"},
	{0, "'templates': 'words'\n}", "'templates': 'words'\n", 97, "",
		"ends too early"},
	{0, "'templates': 'words'\n}", "'templates': 'words'\n}}", 96, "",
		"more after the last }"},
	{0, "'poll_minutes': 3", "'poll_minutes': 3, 'poll_minutes': 4", 28, "",
		"same member twice"},
	{0, "Exempelby", "Exempelby\xe5", 3, "", "is not UTF-8"},
	{0, "{\n	'office'", "\xef\xbb\xbf{\n	'office'", 1, "",
		"byte order mark"},
	{1, "'Norr',", "'No\\u0000rr',", 6, "", "NUL"},
	/* Types and forms. */
	{0, "'port': 993", "'port': '993'", 16, "/imap/port", "whole number"},
	{0, "'port': 993", "'port': 0", 16, "/imap/port", "less than 1"},
	{0, "'port': 993", "'port': 99999", 16, "/imap/port", "more than 65535"},
	{0, "'sent_copy': true", "'sent_copy': 'yes'", 26, "/imap/sent_copy",
		"true or false"},
	{0, "'tls': 'implicit'", "'tls': 'none'", 17, "/imap/tls", "starttls"},
	{0, "'language': 'sv'", "'language': 'fi'", 5, "/office/language", "\"en\""},
	{0, "Europe/Stockholm", "Europe/Linkoping", 6, "/office/time_zone",
		"IANA time zone"},
	{0, "'asa@by.example'", "'Åsa <asa@by.example>'", 7,
		"/office/coordinator/address", "without a name"},
	{0, "['sakerhet@by.example']", "'sakerhet@by.example'", 8,
		"/office/security_unit", "an array"},
	{0, "'Utskotten'", "'Utskotten\\r\\nBcc: x@y.example'", 11, "/mailbox/name",
		"line"},
	{0, "'Utskotten'", "'Utsk\\u202eotten'", 11, "/mailbox/name", "line"},
	{0, "'utskott@by.example'", "'utskott'", 12, "/mailbox/address", "email"},
	{0, "'imap.by.example'", "'imap by.example'", 15, "/imap/host", "host"},
	{0, "'imap.by.example'", "'-imap.by.example'", 15, "/imap/host", "host"},
	{0, "'Hanterat'", "'Hanterat/'", 23, "/imap/folders/handled", "folder"},
	{0, "'Hanterat'", "'Han\\u0007terat'", 23, "/imap/folders/handled", "folder"},
	{0, "'handled': 'Hanterat'", "'handled': 'inbox'", 23, "/imap/folders/handled",
		"read again"},
	{0, "'idle_minutes': 20", "'idle_minutes': 30", 27, "/imap/idle_minutes",
		"more than 29"},
	{0, "'send_hour': 7", "'send_hour': 24", 53, "/planning/send_hour",
		"more than 23"},
	{0, "'matching': ['categories', 'summary']", "'matching': []", 55,
		"/planning/matching", "at least 1"},
	{0, "'matching': ['categories', 'summary']", "'matching': ['summery']", 55,
		"/planning/matching/0", "did you mean \"summary\"?"},
	{0, "'application/pdf'", "'PDF'", 78, "/minutes/types/0", "right form"},
	{0, "'mx.by.example'", "7", 75, "/trust/authserv_ids/0", "a string"},
	{0, "'words': ['social oro']", "'words': []", 71, "/kinds/1/words",
		"at least 1"},
	{0, "{'sv': 'oro', 'en': 'unrest'}", "{'sv': 'oro'}", 70, "/kinds/1/name/en",
		"is missing"},
	{0, "'id': 'council'", "'id': 'Council'", 59, "/kinds/0/id", "small letters"},
	/* Members that are missing or unknown. */
	{0, "'unit': 'Kansliet',", "", 2, "/office/unit", "is missing"},
	{0, "'connections': 1", "'conections': 1", 37, "/smtp/conections",
		"did you mean 'connections'?"},
	{0, "'limits'", "'limit'", 81, "/limit", "did you mean 'limits'?"},
	{1, "'area'", "'erea'", 26, "/committees/0/erea", "did you mean 'area'?"},
	{1, "'name': 'Söder',", "", 15, "/councils/1/name", "is missing"},
	/* Secrets. */
	{0, "'secret': {'file': 'secret-imap'}", "'password': 'hemligt'", 19,
		"/imap/password", "\"secret\": {\"file\": \"secret-imap\"}"},
	{0, "{'credential': 'smtp'}", "{'password': 'hemligt'}", 35,
		"/smtp/secret/password", "no place in this file"},
	{0, "{'file': 'secret-imap'}", "'hemligt'", 19, "/imap/secret",
		"a systemd credential"},
	{0, "{'file': 'secret-imap'}", "{}", 19, "/imap/secret", "is empty"},
	{0, "{'file': 'secret-imap'}", "{'file': 'secret-imap', 'credential': 'x'}", 19,
		"/imap/secret", "one of the two"},
	{0, "{'file': 'secret-imap'}", "{'file': 'no-such'}", 19, "/imap/secret/file",
		"chmod 600"},
	{0, "{'file': 'secret-imap'}", "{'file': 'utskick.json'}", 19,
		"/imap/secret/file", "chmod 600"},
	{0, "{'credential': 'smtp'}", "{'credential': '../smtp'}", 35,
		"/smtp/secret/credential", "right form"},
	{0, "'port': 993", "'ca_file': 'no-such.pem'", 16, "/imap/ca_file", "PEM file"},
	/* Sign-in by OAuth2. */
	{0, "'secret': {'file': 'secret-imap'},", "", 14, "/imap/secret",
		"or set \"auth\": \"oauth2\""},
	{0, "'secret': {'file': 'secret-imap'}",
		"'secret': {'file': 'secret-imap'}, 'oauth2': {}", 19, "/imap/oauth2",
		"says nothing while auth is \"password\""},
	{0, "'secret': {'file': 'secret-imap'}", "'auth': 'oauth2'", 14, "/imap/oauth2",
		"where tokens come from"},
	{0, "'secret': {'file': 'secret-imap'}", "'auth': 'oauth'", 19, "/imap/auth",
		"\"oauth2\""},
	{0, "'secret': {'file': 'secret-imap'}",
		OAUTH("'preset': 'gogle', 'grant': 'refresh-token', "
		      "'refresh_token': {'file': 'secret-imap'}"),
		19, "/imap/oauth2/preset", "\"google\""},
	{0, "'secret': {'file': 'secret-imap'}", OAUTH("'grant': 'device-code'"), 19,
		"/imap/oauth2/device_url", "is missing"},
	{0, "'secret': {'file': 'secret-imap'}", OAUTH("'scope': 'x'"), 19,
		"/imap/oauth2/grant", "is missing"},
	{0, "'secret': {'file': 'secret-imap'}", OAUTH("'grant': 'client-credentials'"),
		19, "/imap/oauth2/client_secret", "prove the program"},
	{0, "'secret': {'file': 'secret-imap'}", OAUTH("'grant': 'refresh-token'"), 19,
		"/imap/oauth2/refresh_token", "the first one"},
	{0, "'secret': {'file': 'secret-imap'}",
		OAUTH("'grant': 'refresh-token', 'refresh_token': 'hemligt'"), 19,
		"/imap/oauth2/refresh_token", "an object"},
	{0, "'secret': {'file': 'secret-imap'}",
		OAUTH("'grant': 'refresh-token', 'refresh_token': {'file': 'none'}"),
		19, "/imap/oauth2/refresh_token/file", "chmod 600"},
	{0, "'secret': {'file': 'secret-imap'}",
		OAUTH("'grant': 'refresh-token', 'refresh_token': {'file': "
		      "'secret-imap'}, 'client_secret': 'hemligt'"),
		19, "/imap/oauth2/client_secret", "an object"},
	{0, "'secret': {'file': 'secret-imap'}",
		OAUTH("'grant': 'refresh-token', 'refresh_token': {'file': "
		      "'secret-imap'}, 'mechanism': 'plain'"),
		19, "/imap/oauth2/mechanism", "\"oauthbearer\""},
	{0, "'secret': {'file': 'secret-imap'}",
		"'auth': 'oauth2', 'oauth2': {'client_id': 'c', 'token_url': "
		"'http://t.example/', 'grant': 'refresh-token', 'refresh_token': "
		"{'file': 'secret-imap'}}",
		19, "/imap/oauth2/token_url", "https://server/path"},
	{0, "'secret': {'file': 'secret-imap'}",
		"'auth': 'oauth2', 'oauth2': {'client_id': 'c', 'preset': "
		"'exchange-online', 'grant': 'client-credentials', 'client_secret': "
		"{'file': 'secret-imap'}}",
		19, "/imap/oauth2/token_url", "your tenant's id"},
	{0, "'secret': {'file': 'secret-imap'}",
		"'auth': 'oauth2', 'oauth2': {'client_id': 'c', 'preset': 'google', "
		"'grant': 'device-code', 'device_url': 'https://g.example/'}",
		19, "/imap/oauth2/grant", "must be \"refresh-token\""},
	{0, "'secret': {'file': 'secret-imap'}",
		"'auth': 'oauth2', 'oauth2': {'preset': 'google', 'refresh_token': "
		"{'file': 'secret-imap'}}",
		19, "/imap/oauth2/client_id", "is missing"},
	{0, "'port': 993", "'tls_minimum': '1.1'", 16, "/imap/tls_minimum", "\"1.3\""},
	{0, "'asa@by.example'}",
		"'asa@by.example', 'fallback_address': 'Utskott@by.example'}", 7,
		"/office/coordinator/fallback_address", "must be another"},
	/* What contradicts something else. */
	{0, "'tell_after_hours': 2", "'tell_after_hours': 25", 39,
		"/smtp/tell_after_hours", "more than /smtp/retry_hours, 24"},
	{0, "'largest_mib': 20", "'largest_mib': 31", 79, "/minutes/largest_mib",
		"/imap/largest_mail_mib, 30"},
	{0, "'cpu_seconds': 5", "'cpu_seconds': 50", 85, "/reader/cpu_seconds",
		"/reader/wall_seconds, 20"},
	{0, "'warn_days': 6", "'warn_days': 16", 63, "/kinds/0/warn_days",
		"/kinds/0/invitation_days, 15"},
	{0, "'minutes_days': 11", "'minutes_days': 51", 64, "/kinds/0/minutes_days",
		"/planning/past_days, 50"},
	{0, "['committees', 'council']", "['council']", 65, "/kinds/0/invite",
		"owed every invitation"},
	{0, "'id': 'unrest'", "'id': 'council'", 69, "/kinds/1/id", "/kinds/0 too"},
	{0, "'social oro'", "'RÅD'", 71, "/kinds/1/words/0",
		"marks the kind \"council\" too"},
	{0, "'name': 'Oro'", "'name': 'Alla'", 46, "/calendars/1/name",
		"/calendars/0 too"},
	{0, "'folder': 'calendar'", "'folder': 'secret-imap'", 44,
		"/calendars/0/folder", "is no folder"},
	{0, "'folder': 'calendar'", "'council': 'norr'", 44, "/calendars/0",
		"must have a \"folder\", a \"url\", a \"caldav\" or \"mail\""},
	{0, "'folder': 'calendar'", "'folder': 'calendar', 'mail': {}", 44,
		"/calendars/0", "more than once"},
	{0, "'folder': 'calendar'", "'mail': {}, 'user': 'eva'", 44,
		"/calendars/0/user", "a calendar that is a mail"},
	{0, "'folder': 'calendar'", "'mail': {'from': ['eva']}", 44,
		"/calendars/0/mail/from/0", "eva"},
	{0, "'folder': 'calendar'",
		"'url': 'https://k.example/a', 'folder': 'calendar'", 44,
		"/calendars/0", "more than once"},
	{0, "'folder': 'calendar'", "'url': 'http://k.example/a.ics'", 44,
		"/calendars/0/url", "by TLS only"},
	{0, "'folder': 'calendar'", "'url': 'webcal://k.example/a.ics'", 44,
		"/calendars/0/url", "in place of webcal://"},
	{0, "'folder': 'calendar'", "'url': 'https://eva:hemligt@k.example/'", 44,
		"/calendars/0/url", "without a user name"},
	{0, "'folder': 'calendar'", "'caldav': 'https:///a b'", 44,
		"/calendars/0/caldav", "https://server/path"},
	{0, "'folder': 'calendar'", "'folder': 'calendar', 'user': 'eva'", 44,
		"/calendars/0/user", "says nothing about a calendar that is a folder"},
	{0, "'folder': 'calendar'", "'url': 'https://k.example/', 'collection': 'A'",
		44, "/calendars/0/collection", "or the calendar be a \"caldav\""},
	{0, "'folder': 'calendar'", "'caldav': 'https://k.example/', 'user': 'eva'", 44,
		"/calendars/0", "both or neither"},
	{0, "'folder': 'calendar'",
		"'caldav': 'https://k.example/', 'user': 'e', 'password': 'hemligt'",
		44, "/calendars/0/password", "no place in this file"},
	{0, "'folder': 'calendar'",
		"'caldav': 'https://k.example/', 'user': 'e', 'secret': {'file': 'x'}",
		44, "/calendars/0/secret/file", "chmod 600"},
	{0, "'folder': 'calendar'",
		"'caldav': 'https://k.example/', 'ca_file': 'no-such.pem'", 44,
		"/calendars/0/ca_file", "PEM file"},
	{0, "'council': 'norr'", "'council': 'nor'", 48, "/calendars/1/council",
		"did you mean \"norr\"?"},
	{0, "'kind': 'unrest'", "'kind': 'something-else'", 49, "/calendars/1/kind",
		"no kind has the id"},
	/* The directory. */
	{1, "'code': 'NOR'", "'code': 'NORR'", 5, "/councils/0/code",
		"Three capital letters"},
	{1, "'code': 'SOD'", "'code': 'NOR'", 17, "/councils/1/code",
		"/councils/0 too"},
	{1, "'id': 'soder'", "'id': 'norr'", 16, "/councils/1/id", "/councils/0 too"},
	{1, "'id': 'bo-ek'", "'id': 'Bo Ek'", 57, "/people/2/id", "small letters"},
	{1, "['ett', 'tva']", "['ett', 'tva', 'tvo']", 10, "/councils/0/committees/2",
		"did you mean \"tva\"?"},
	{1, "['ett', 'tva']", "['ett']", 38, "/committees/1",
		"is owed no council's papers"},
	{1, "'committees': ['ett']", "'committees': []", 19, "/councils/1/committees",
		"at least 1"},
	{1, "'person': 'bo-ek'", "'person': 'bo-ekk'", 12,
		"/councils/0/members/0/person", "did you mean \"bo-ek\"?"},
	{1, "'role': 'police'", "'role': 'plice'", 12, "/councils/0/members/0/role",
		"did you mean \"police\"?"},
	{1, "'role': 'chair'", "'role': 'president'", 28,
		"/committees/0/members/0/role", "\"vice-chair\""},
	{1, "'from': '2020-01-01'", "'from': '2031-01-01'", 9, "/councils/0/to",
		"must not be before the first"},
	{1, "'from': '2024-01-01'", "'from': '2023-02-29'", 12,
		"/councils/0/members/0/from", "YYYY-MM-DD"},
	{1, "'from': '2024-01-01'", "'from': '2024-1-1'", 12,
		"/councils/0/members/0/from", "YYYY-MM-DD"},
	{1, "'from': '2024-01-01'", "'from': 2024", 12, "/councils/0/members/0/from",
		"a string"},
	{1, "'from': '2027-01-01'", "'from': '2026-12-31'", 29,
		"/committees/0/members/1", "here already as chair from 2022-10-15"},
	{1, "'ulf@parti.example'", "'ANNA.al@hem.example'", 54, "/people/1/addresses/0",
		"an address of \"anna-al\" too"},
	{1, "'anna.al@hem.example'", "'Anna@parti.example'", 48,
		"/people/0/addresses/1", "once is enough"},
	{1, "'ulf@parti.example'", "'utskott@by.example'", 54, "/people/1/addresses/0",
		"the mailbox that utskickd itself works"},
	{1, "['ulf@parti.example']", "[]", 54, "/people/1/addresses", "at least 1"},
	{1, "'ulf@parti.example'", "'ulf@parti.example\\r\\nRCPT TO:<x@y.example>'", 54,
		"/people/1/addresses/0", "email"},
	{1, "'id': 'ulf-asp'", "'id': 'anna-al'", 52, "/people/1/id", "/people/0 too"},
	{1, "'language': 'en'", "'language': 'english'", 49, "/people/0/language",
		"\"sv\""},
};

static bool is_expected(
	const struct problem *p, const struct mistake *m, const char *dir)
{
	str_auto *path = file_join(dir, names[m->file]);

	return strcmp(p->file, path) == 0 && p->line == m->line &&
	       strcmp(p->field, m->field) == 0 && strstr(p->text, m->text);
}

/* The one problem, or among those that follow from it. */
static bool has_expected(
	const struct problems *problems, const struct mistake *m, const char *dir)
{
	for (size_t i = 0; i < problems->count; i++)
		if (is_expected(&problems->list[i], m, dir))
			return true;
	return false;
}

static void each_mistake_is_named_with_its_line(void **state)
{
	size_t failed = 0;
	(void)state;

	for (size_t i = 0; i < COUNT(mistakes); i++) {
		const struct mistake *m = &mistakes[i];
		struct office o = office_new(SMALL);
		problems_auto problems = PROBLEMS_NONE;
		edit(&o.text[m->file], m->find, m->replace);
		config_auto *c = office_load(&o, &problems);
		if (c || !has_expected(&problems, m, o.dir)) {
			failed++;
			print_error("%s:%d: %s: ... %s ... expected, but:\n",
				names[m->file], m->line, m->field, m->text);
			problems_print(&problems, stderr);
		}
		office_free(&o);
	}
	assert_int_equal(failed, 0);
}

/* What a mistake makes of others' values. */
static bool may_follow(const struct mistake *m)
{
	return strstr(m->replace, "'id':") || strstr(m->find, "'id':");
}

static void one_mistake_is_one_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(mistakes); i++) {
		const struct mistake *m = &mistakes[i];
		if (may_follow(m))
			continue;
		struct office o = office_new(SMALL);
		problems_auto problems = PROBLEMS_NONE;
		edit(&o.text[m->file], m->find, m->replace);
		config_auto *c = office_load(&o, &problems);
		assert_null(c);
		if (problems.count != 1)
			fail_with(&problems);
		office_free(&o);
	}
}

static void calendars_on_servers_are_settings_of_their_own(void **state)
{
	struct office o = office_new(SMALL);
	problems_auto problems = PROBLEMS_NONE;
	(void)state;

	edit(&o.text[0], "'folder': 'calendar'", "'url': 'https://k.example/a.ics'");
	edit(&o.text[0], "'folder': 'unrest'",
		"'caldav': 'https://k.example/', 'user': 'eva', 'collection': 'R', "
		"'secret': {'file': 'secret-imap'}, 'ca_file': 'secret-smtp', "
		"'poll_minutes': 3, 'largest_mib': 2");
	config_auto *c = office_load(&o, &problems);
	if (!c)
		fail_with(&problems);
	const struct calendar_settings *url = &c->settings.calendars[0];
	const struct calendar_settings *caldav = &c->settings.calendars[1];
	str_auto *secret = file_join(o.dir, "secret-imap");
	str_auto *ca_file = file_join(o.dir, "secret-smtp");
	assert_string_equal(url->url, "https://k.example/a.ics");
	assert_null(url->folder);
	assert_null(url->user);
	assert_int_equal(url->poll_minutes, 15);
	assert_int_equal(url->timeout_seconds, 30);
	assert_int_equal(url->largest, 8 << 20);
	assert_string_equal(caldav->caldav, "https://k.example/");
	assert_string_equal(caldav->collection, "R");
	assert_string_equal(caldav->user, "eva");
	assert_string_equal(caldav->secret_file, secret);
	assert_string_equal(caldav->ca_file, ca_file);
	assert_int_equal(caldav->poll_minutes, 3);
	assert_int_equal(caldav->largest, 2 << 20);
	office_free(&o);
}

static void tls_and_fallback_have_careful_defaults(void **state)
{
	struct office o = office_new(SMALL);
	problems_auto problems = PROBLEMS_NONE;
	(void)state;

	edit(&o.text[0], "'starttls'",
		"'starttls', 'tls_minimum': '1.3', 'insecure_no_verification': true");
	edit(&o.text[0], "'asa@by.example'",
		"'asa@by.example', 'fallback_address': 'asa@annan.example'");
	config_auto *c = office_load(&o, &problems);
	if (!c)
		fail_with(&problems);
	assert_false(c->settings.imap.server.tls_1_3);
	assert_false(c->settings.imap.server.insecure);
	assert_false(c->settings.imap.server.uses_oauth);
	assert_true(c->settings.smtp.server.tls_1_3);
	assert_true(c->settings.smtp.server.insecure);
	assert_string_equal(c->settings.fallback_address, "asa@annan.example");
	office_free(&o);
}

static void oauth2_of_a_server_goes_before_the_common_one_and_the_preset(void **state)
{
	struct office o = office_new(SMALL);
	problems_auto problems = PROBLEMS_NONE;
	(void)state;

	edit(&o.text[0], "'secret': {'file': 'secret-imap'}",
		"'auth': 'oauth2', 'oauth2': {'client_id': 'one', 'ca_file': "
		"'secret-smtp'}");
	edit(&o.text[0], "'secret': {'credential': 'smtp'}",
		"'auth': 'oauth2', 'oauth2': {'scope': 'S', 'mechanism': "
		"'oauthbearer', 'grant': 'client-credentials'}");
	edit(&o.text[0], "'mailbox': {",
		"'oauth2': {'preset': 'exchange-online', 'client_id': 'both', "
		"'grant': 'device-code', 'client_secret': {'file': 'secret-imap'}, "
		"'token_url': 'https://login.example/T/oauth2/v2.0/token'}, 'mailbox': "
		"{");
	config_auto *c = office_load(&o, &problems);
	if (!c)
		fail_with(&problems);
	const struct oauth_settings *imap = &c->settings.imap.server.oauth;
	const struct oauth_settings *smtp = &c->settings.smtp.server.oauth;
	str_auto *secret = file_join(o.dir, "secret-imap");
	str_auto *ca_file = file_join(o.dir, "secret-smtp");
	assert_true(c->settings.imap.server.uses_oauth);
	assert_null(c->settings.imap.server.secret_file);
	assert_int_equal(imap->grant, OAUTH_DEVICE_CODE);
	assert_string_equal(imap->client_id, "one");
	assert_string_equal(imap->ca_file, ca_file);
	assert_string_equal(
		imap->device_url, "https://login.example/T/oauth2/v2.0/devicecode");
	assert_non_null(strstr(imap->scope, "IMAP.AccessAsUser.All offline_access"));
	assert_false(imap->is_oauthbearer);
	assert_int_equal(smtp->grant, OAUTH_CLIENT_CREDENTIALS);
	assert_string_equal(smtp->client_id, "both");
	assert_string_equal(smtp->scope, "S");
	assert_string_equal(smtp->secret_file, secret);
	assert_null(smtp->ca_file);
	assert_true(smtp->is_oauthbearer);
	office_free(&o);
}

static void secrets_are_never_shown(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(mistakes); i++) {
		if (!strstr(mistakes[i].replace, "hemligt"))
			continue;
		struct office o = office_new(SMALL);
		problems_auto problems = PROBLEMS_NONE;
		edit(&o.text[0], mistakes[i].find, mistakes[i].replace);
		config_auto *c = office_load(&o, &problems);
		assert_null(c);
		for (size_t j = 0; j < problems.count; j++)
			assert_null(strstr(problems.list[j].text, "hemligt"));
		office_free(&o);
	}
}

static void ten_mistakes_are_ten_lines(void **state)
{
	static const struct mistake expected[] = {
		{1, NULL, NULL, 9, "/councils/0/members/0/from", "2025-02-30"},
		{1, NULL, NULL, 18, "/committees/0/members/0/to", "2022-10-15"},
		{1, NULL, NULL, 25, "/people/1/addresses/0", "asa-lindstrom"},
		{0, NULL, NULL, 5, "/office/time_zone", "Europe/Stockholm"},
		{0, NULL, NULL, 14, "/imap/port", "whole number"},
		{0, NULL, NULL, 16, "/imap/password", "secret-imap"},
		{0, NULL, NULL, 20, "/smtp/tls", "starttls"},
		{0, NULL, NULL, 21, "/smtp/conections", "connections"},
		{0, NULL, NULL, 26, "/calendars/0/council", "ekholmen"},
		{0, NULL, NULL, 33, "/kinds/0/warn_days", "14"},
	};
	static const char dir[] = "tests/data/config-ten-mistakes";
	problems_auto problems = PROBLEMS_NONE;
	config_auto *c = config_load(dir, NULL, &problems);
	(void)state;

	assert_null(c);
	for (size_t i = 0; i < COUNT(expected); i++)
		if (i >= problems.count ||
			!is_expected(&problems.list[i], &expected[i], dir))
			fail_with(&problems);
	assert_int_equal(problems.count, COUNT(expected));
}

static void secret_that_others_may_read_is_refused(void **state)
{
	struct office o = office_new(SMALL);
	problems_auto problems = PROBLEMS_NONE;
	(void)state;

	put(&o, "secret-imap", "hemligt", 0640);
	config_auto *c = office_load(&o, &problems);
	assert_null(c);
	assert_int_equal(problems.count, 1);
	assert_string_equal(problems.list[0].field, "/imap/secret/file");
	assert_non_null(strstr(problems.list[0].text, "chmod 600"));
	office_free(&o);
}

static void secret_is_read_anew_from_file_or_credential(void **state)
{
	struct office o = office_new(SMALL);
	problems_auto problems = PROBLEMS_NONE;
	config_auto *c = office_load(&o, &problems);
	buf_auto secret = BUF_EMPTY;
	struct err err = ERR_INIT;
	(void)state;

	assert_int_equal(
		config_read_secret(&c->settings.imap.server, &secret, &err), 0);
	assert_string_equal(buf_str(&secret), "hemligt");
	put(&o, "secret-imap", "nytt\n", 0600);
	assert_int_equal(
		config_read_secret(&c->settings.imap.server, &secret, &err), 0);
	assert_string_equal(buf_str(&secret), "nytt");

	unsetenv("CREDENTIALS_DIRECTORY");
	assert_int_equal(
		config_read_secret(&c->settings.smtp.server, &secret, &err), -1);
	assert_non_null(strstr(err.text, "LoadCredential=smtp"));
	setenv("CREDENTIALS_DIRECTORY", o.dir, 1);
	assert_int_equal(
		config_read_secret(&c->settings.smtp.server, &secret, &err), -1);
	put(&o, "smtp", "från systemd\n", 0640);
	assert_int_equal(
		config_read_secret(&c->settings.smtp.server, &secret, &err), 0);
	assert_string_equal(buf_str(&secret), "från systemd");
	unsetenv("CREDENTIALS_DIRECTORY");
	office_free(&o);
}

static void credential_that_systemd_did_not_give_is_named(void **state)
{
	struct office o = office_new(SMALL);
	problems_auto problems = PROBLEMS_NONE;
	(void)state;

	setenv("CREDENTIALS_DIRECTORY", o.dir, 1);
	config_auto *c = office_load(&o, &problems);
	unsetenv("CREDENTIALS_DIRECTORY");
	assert_null(c);
	assert_int_equal(problems.count, 1);
	assert_string_equal(problems.list[0].field, "/smtp/secret/credential");
	office_free(&o);
}

static void missing_files_are_both_named(void **state)
{
	problems_auto problems = PROBLEMS_NONE;
	config_auto *c = config_load("tests/data/no-such", NULL, &problems);
	(void)state;

	assert_null(c);
	assert_int_equal(problems.count, 2);
	assert_string_equal(problems.list[0].file, "tests/data/no-such/directory.json");
	assert_non_null(strstr(problems.list[0].text, "No such file"));
}

static int refuse_letter(const char *name, const char *text, struct err *err)
{
	assert_non_null(text);
	if (strcmp(name, "sv/letter.txt.mustache") != 0)
		return 0;
	return err_set(err, ERR_PERM, "line 1: no end of {{name");
}

static void bad_templates_are_named(void **state)
{
	struct office o = office_new(SMALL);
	problems_auto problems = PROBLEMS_NONE;
	(void)state;

	put(&o, names[0], o.text[0], 0644);
	put(&o, names[1], o.text[1], 0644);
	put(&o, "words/en/words.json", "{\n\"a\" 1}", 0644);
	put(&o, "words/en/other.mustache", "\xff\xfe", 0644);
	config_auto *c = config_load(o.dir, refuse_letter, &problems);
	assert_null(c);
	assert_int_equal(problems.count, 3);
	assert_non_null(strstr(problems.list[0].file, "words/en/other.mustache"));
	assert_non_null(strstr(problems.list[0].text, "UTF-8"));
	assert_non_null(strstr(problems.list[1].file, "words/en/words.json"));
	assert_int_equal(problems.list[1].line, 2);
	assert_non_null(strstr(problems.list[2].text, "no end of {{name"));
	office_free(&o);
}

static void templates_must_be_there_in_both_languages(void **state)
{
	struct office o = office_new(SMALL);
	problems_auto problems = PROBLEMS_NONE;
	str_auto *words = file_join(o.dir, "words/en/words.json");
	(void)state;

	assert_int_equal(unlink(words), 0);
	config_auto *c = office_load(&o, &problems);
	assert_null(c);
	assert_int_equal(problems.count, 1);
	assert_non_null(strstr(problems.list[0].text, "\"en\""));
	office_free(&o);
}

static void snapshot_comes_back_the_same(void **state)
{
	struct office o = office_new(SMALL);
	problems_auto problems = PROBLEMS_NONE;
	config_auto *c = office_load(&o, &problems);
	struct err err = ERR_INIT;
	fd_auto fd = config_to_fd(c, &err);
	(void)state;

	assert_true(fd >= 0);
	for (int reader = 0; reader < 2; reader++) {
		config_auto *again = config_from_fd(fd, &err);
		assert_non_null(again);
		assert_true(json_equal(again->snapshot, c->snapshot));
		assert_string_equal(again->settings.smtp.hello, "by.example");
		assert_true(json_equal(again->directory, c->directory));
		assert_true(json_equal(again->templates, c->templates));
	}
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 0);
	office_free(&o);
}

static void snapshot_cannot_be_changed(void **state)
{
	struct office o = office_new(SMALL);
	problems_auto problems = PROBLEMS_NONE;
	config_auto *c = office_load(&o, &problems);
	struct err err = ERR_INIT;
	fd_auto fd = config_to_fd(c, &err);
	(void)state;

	assert_int_equal(pwrite(fd, "x", 1, 0), -1);
	assert_int_equal(ftruncate(fd, 0), -1);
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	office_free(&o);
}

static void what_is_no_snapshot_is_refused(void **state)
{
	static const char *const texts[] = {"", "{", "[]", "{\"settings\": {}}",
		"{\"settings\": {\"office\": 1}, \"directory\": {}, \"templates\": "
		"{}}"};
	(void)state;

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct err err = ERR_INIT;
		fd_auto fd = memfd_create("test", MFD_CLOEXEC);
		assert_int_equal(
			write(fd, texts[i], strlen(texts[i])), strlen(texts[i]));
		assert_null(config_from_fd(fd, &err));
		assert_int_equal(err.kind, ERR_PERM);
	}
}

/* count people, each a member of the one committee. */
static char *large_directory(int count)
{
	buf_auto out = BUF_EMPTY;

	buf_add_str(&out,
		"{\"councils\": [{\"id\": \"norr\", \"code\": \"NOR\", \"name\": "
		"\"Norr\", \"committees\": [\"ett\"]}], \"committees\": [{\"id\": "
		"\"ett\", \"name\": \"Ett\", \"members\": [\n");
	for (int i = 0; i < count; i++)
		buf_addf(&out, "%s{\"person\": \"p%d\", \"role\": \"member\"}\n",
			i ? "," : "", i);
	buf_add_str(&out, "]}], \"people\": [\n");
	for (int i = 0; i < count; i++)
		buf_addf(&out,
			"%s{\"id\": \"p%d\", \"name\": \"P %d\", \"addresses\": "
			"[\"p%d@parti.example\"]}\n",
			i ? "," : "", i, i, i);
	buf_add_str(&out, "]}");
	return buf_steal(&out);
}

/* Processor seconds to load that many people. */
static double seconds_for(int count)
{
	struct office o = office_new(SMALL);
	problems_auto problems = PROBLEMS_NONE;

	free(o.text[1]);
	o.text[1] = large_directory(count);
	clock_t begin = clock();
	config_auto *c = office_load(&o, &problems);
	clock_t end = clock();
	if (!c)
		fail_with(&problems);
	office_free(&o);
	return (double)(end - begin) / CLOCKS_PER_SEC;
}

static void time_grows_with_the_number_of_people_only(void **state)
{
	double few = seconds_for(2000), many = seconds_for(20000);
	(void)state;

	/* Ten times as many; a hundred times as long would be quadratic. */
	if (many > 30 * few + 0.1)
		fail_msg("2,000 people: %.3f s, 20,000: %.3f s", few, many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_office_loads_with_every_member),
		cmocka_unit_test(left_out_members_have_their_defaults),
		cmocka_unit_test(example_office_loads),
		cmocka_unit_test(whoever_has_no_language_gets_the_offices),
		cmocka_unit_test(each_mistake_is_named_with_its_line),
		cmocka_unit_test(one_mistake_is_one_line),
		cmocka_unit_test(calendars_on_servers_are_settings_of_their_own),
		cmocka_unit_test(tls_and_fallback_have_careful_defaults),
		cmocka_unit_test(
			oauth2_of_a_server_goes_before_the_common_one_and_the_preset),
		cmocka_unit_test(secrets_are_never_shown),
		cmocka_unit_test(ten_mistakes_are_ten_lines),
		cmocka_unit_test(secret_that_others_may_read_is_refused),
		cmocka_unit_test(secret_is_read_anew_from_file_or_credential),
		cmocka_unit_test(credential_that_systemd_did_not_give_is_named),
		cmocka_unit_test(missing_files_are_both_named),
		cmocka_unit_test(bad_templates_are_named),
		cmocka_unit_test(templates_must_be_there_in_both_languages),
		cmocka_unit_test(snapshot_comes_back_the_same),
		cmocka_unit_test(snapshot_cannot_be_changed),
		cmocka_unit_test(what_is_no_snapshot_is_refused),
		cmocka_unit_test(time_grows_with_the_number_of_people_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
