#include "config/settings.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"

#define MIB ((int64_t)1 << 20)

/* A member that has to be there; the first one that is not is remembered. */
struct taking {
	const json_t *from;
	const char *missing;
};

static const char *take_str(struct taking *t, const char *key)
{
	const char *value = json_str(t->from, key);

	if (!value && !t->missing)
		t->missing = key;
	return value ? value : "";
}

static int take_int(struct taking *t, const char *key)
{
	const json_t *value = json_object_get(t->from, key);

	if (!json_is_integer(value) && !t->missing)
		t->missing = key;
	return (int)json_integer_value(value);
}

static bool take_bool(struct taking *t, const char *key)
{
	const json_t *value = json_object_get(t->from, key);

	if (!json_is_boolean(value) && !t->missing)
		t->missing = key;
	return json_is_true(value);
}

static const json_t *take_array(struct taking *t, const char *key)
{
	const json_t *value = json_object_get(t->from, key);

	if (!json_is_array(value) && !t->missing)
		t->missing = key;
	return value;
}

/* Goes to an inner object; returns where it was. */
static const json_t *take_object(struct taking *t, const char *key)
{
	const json_t *outer = t->from;

	t->from = json_object_get(outer, key);
	if (!t->from && !t->missing)
		t->missing = key;
	return outer;
}

static void take_office(struct settings *s, struct taking *t)
{
	const json_t *top = take_object(t, "office");

	s->office_name = take_str(t, "name");
	s->unit_name = take_str(t, "unit");
	s->language = take_str(t, "language");
	s->time_zone = take_str(t, "time_zone");
	s->security_unit = take_array(t, "security_unit");
	take_object(t, "coordinator");
	s->coordinator_name = take_str(t, "name");
	s->coordinator_address = take_str(t, "address");
	s->fallback_address = json_str(t->from, "fallback_address");
	t->from = top;
	take_object(t, "mailbox");
	s->mailbox_name = take_str(t, "name");
	s->mailbox_address = take_str(t, "address");
	t->from = top;
}

static void take_server(struct server_settings *server, struct taking *t)
{
	server->host = take_str(t, "host");
	server->port = take_int(t, "port");
	server->tls = strcmp(take_str(t, "tls"), "starttls") == 0 ? SERVER_TLS_STARTTLS
								  : SERVER_TLS_IMPLICIT;
	server->ca_file = json_str(t->from, "ca_file");
	server->user = take_str(t, "user");
	server->timeout_seconds = take_int(t, "timeout_seconds");
	server->tls_1_3 = strcmp(take_str(t, "tls_minimum"), "1.3") == 0;
	server->insecure = take_bool(t, "insecure_no_verification");
	server->uses_oauth = strcmp(take_str(t, "auth"), "oauth2") == 0;
	const json_t *outer = take_object(t, server->uses_oauth ? "oauth2" : "secret");
	if (server->uses_oauth)
		server->oauth = oauth_settings_of(t->from);
	server->secret_file = server->uses_oauth ? NULL : json_str(t->from, "file");
	server->secret_credential =
		server->uses_oauth ? NULL : json_str(t->from, "credential");
	t->from = outer;
}

static void take_imap(struct imap_settings *imap, struct taking *t)
{
	const json_t *top = take_object(t, "imap");

	take_server(&imap->server, t);
	imap->handled_by = strcmp(take_str(t, "handled_by"), "keyword") == 0
				   ? HANDLED_BY_KEYWORD
				   : HANDLED_BY_MOVE;
	imap->sent_copy = take_bool(t, "sent_copy");
	imap->idle_minutes = take_int(t, "idle_minutes");
	imap->poll_minutes = take_int(t, "poll_minutes");
	imap->largest_mail = take_int(t, "largest_mail_mib") * MIB;
	take_object(t, "folders");
	imap->inbox = take_str(t, "inbox");
	imap->handled = take_str(t, "handled");
	imap->sent = json_str(t->from, "sent");
	t->from = top;
}

static enum smtp_report report_of(const char *word)
{
	if (strcmp(word, "none") == 0)
		return SMTP_REPORT_DEFAULT;
	return strcmp(word, "all") == 0 ? SMTP_REPORT_ALL : SMTP_REPORT_TROUBLE;
}

static void take_smtp(struct smtp_settings *smtp, struct taking *t)
{
	const json_t *top = take_object(t, "smtp");

	take_server(&smtp->server, t);
	smtp->hello = take_str(t, "hello");
	smtp->messages_per_minute = take_int(t, "messages_per_minute");
	smtp->messages_per_day = take_int(t, "messages_per_day");
	smtp->recipients_per_minute = take_int(t, "recipients_per_minute");
	smtp->recipients_per_day = take_int(t, "recipients_per_day");
	smtp->connections = take_int(t, "connections");
	smtp->messages_per_connection = take_int(t, "messages_per_connection");
	smtp->copy_to_self = take_bool(t, "copy_to_self");
	smtp->reports = report_of(take_str(t, "dsn"));
	smtp->retry_hours = take_int(t, "retry_hours");
	smtp->tell_after_hours = take_int(t, "tell_after_hours");
	smtp->retry_first_seconds = take_int(t, "retry_first_seconds");
	smtp->unknown_grace_seconds = take_int(t, "unknown_grace_seconds");
	t->from = top;
}

/* What is on a server and not in a folder. */
static void take_calendar_server(struct calendar_settings *c, struct taking *t)
{
	const json_t *secret = json_object_get(t->from, "secret");

	c->url = json_str(t->from, "url");
	c->caldav = json_str(t->from, "caldav");
	c->collection = json_str(t->from, "collection");
	c->user = json_str(t->from, "user");
	c->secret_file = json_str(secret, "file");
	c->secret_credential = json_str(secret, "credential");
	c->ca_file = json_str(t->from, "ca_file");
	if (!c->url && !c->caldav)
		return;
	c->poll_minutes = take_int(t, "poll_minutes");
	c->timeout_seconds = take_int(t, "timeout_seconds");
	c->largest = take_int(t, "largest_mib") * MIB;
}

static void take_mailed(struct calendar_settings *c, struct taking *t)
{
	const json_t *outer = t->from;

	c->mail = json_object_get(outer, "mail") != NULL;
	if (!c->mail)
		return;
	take_object(t, "mail");
	c->mail_from = take_array(t, "from");
	c->answer = take_bool(t, "answer");
	c->answers_per_day = take_int(t, "answers_per_day");
	c->messages = take_int(t, "messages");
	t->from = outer;
}

static void take_calendars(struct settings *s, struct taking *t)
{
	const json_t *top = t->from, *list = take_array(t, "calendars");
	size_t i;

	s->calendar_count = json_array_size(list);
	s->calendars = xcalloc(s->calendar_count + 1, sizeof(*s->calendars));
	json_array_foreach (list, i, t->from) {
		struct calendar_settings *c = &s->calendars[i];
		c->name = take_str(t, "name");
		c->folder = json_str(t->from, "folder");
		take_calendar_server(c, t);
		take_mailed(c, t);
		c->council = json_str(t->from, "council");
		c->kind = json_str(t->from, "kind");
	}
	t->from = top;
}

static void take_kind(struct kind_settings *k, struct taking *t)
{
	k->id = take_str(t, "id");
	k->name = json_object_get(t->from, "name");
	k->words = take_array(t, "words");
	k->invitation_days = take_int(t, "invitation_days");
	k->warn_days = take_int(t, "warn_days");
	k->minutes_days = take_int(t, "minutes_days");
	k->invite_council = json_has_str(take_array(t, "invite"), "council");
	k->has_minutes = take_bool(t, "minutes");
	k->reminder_days = take_int(t, "reminder_days");
	k->call_deputies = take_bool(t, "call_deputies");
}

static void take_kinds(struct settings *s, struct taking *t)
{
	const json_t *top = t->from, *list = take_array(t, "kinds");
	size_t i;

	s->kind_count = json_array_size(list);
	s->kinds = xcalloc(s->kind_count + 1, sizeof(*s->kinds));
	json_array_foreach (list, i, t->from)
		take_kind(&s->kinds[i], t);
	t->from = top;
}

static void take_policies(struct settings *s, struct taking *t)
{
	const json_t *top = take_object(t, "planning");

	s->horizon_days = take_int(t, "horizon_days");
	s->past_days = take_int(t, "past_days");
	s->send_hour = take_int(t, "send_hour");
	s->matching = take_array(t, "matching");
	s->inspection_kind = take_str(t, "inspection_kind");
	s->autumn_month = take_int(t, "autumn_month");
	s->shared_places = take_array(t, "shared_places");
	t->from = top;
	take_object(t, "trust");
	take_array(t, "authserv_ids");
	s->trust = trust_settings_of(t->from);
	t->from = top;
	take_object(t, "daily_mail");
	s->daily = daily_settings_of(t->from);
	t->from = top;
	take_object(t, "minutes");
	s->minutes_types = take_array(t, "types");
	s->minutes_largest = take_int(t, "largest_mib") * MIB;
	s->minutes_files = take_int(t, "files");
	s->clamd = json_str(t->from, "clamd");
	s->clamd_seconds = take_int(t, "clamd_seconds");
	s->clamd_retry_minutes = take_int(t, "clamd_retry_minutes");
	t->from = top;
	take_object(t, "limits");
	s->automatic_mail_per_day = take_int(t, "automatic_mail_per_day");
	s->limits.held_notices_per_day = take_int(t, "held_notices_per_day");
	s->limits.received_fields = take_int(t, "received_fields");
	s->limits.same_mail_per_day = take_int(t, "same_mail_per_day");
	s->rest_after_failures = take_int(t, "rest_after_failures");
	s->rest_after_days = take_int(t, "rest_after_days");
	s->attachments_largest = take_int(t, "attachments_mib") * MIB;
	s->calendar_loss_percent = take_int(t, "calendar_loss_percent");
	t->from = top;
}

static void take_links(struct link_settings *l, struct taking *t)
{
	const json_t *top = take_object(t, "links");

	l->fetch = take_bool(t, "fetch");
	l->private_hosts = take_array(t, "private_hosts");
	l->ca_file = json_str(t->from, "ca_file");
	l->largest = take_int(t, "largest_mib") * MIB;
	l->timeout_seconds = take_int(t, "timeout_seconds");
	l->wait_minutes = take_int(t, "wait_minutes");
	l->again_hours = take_int(t, "again_hours");
	t->from = top;
}

static void take_questions(struct question_settings *q, struct taking *t)
{
	const json_t *top = take_object(t, "questions");

	q->forward = take_bool(t, "forward");
	q->to = json_str(t->from, "to");
	q->remind_days = take_int(t, "remind_days");
	q->longest = (size_t)take_int(t, "longest_kib") << 10;
	q->per_sender_per_day = take_int(t, "per_sender_per_day");
	t->from = top;
}

static void take_retention(struct settings *s, struct taking *t)
{
	const json_t *top = t->from, *list = take_array(t, "retention");
	size_t i;

	s->retention_count = json_array_size(list);
	s->retention = xcalloc(s->retention_count + 1, sizeof(*s->retention));
	json_array_foreach (list, i, t->from)
		s->retention[i] = (struct retention_settings){
			.class = take_str(t, "class"),
			.keep_days = (int)json_int_or(t->from, "keep_days", 0),
			.keep_years = (int)json_int_or(t->from, "keep_years", 0),
			.decision = take_str(t, "decision"),
		};
	t->from = top;
}

static void take_reader(struct reader_settings *r, struct taking *t)
{
	const json_t *top = take_object(t, "reader");

	r->cpu_seconds = take_int(t, "cpu_seconds");
	r->wall_seconds = take_int(t, "wall_seconds");
	r->memory_mib = take_int(t, "memory_mib");
	r->tries = take_int(t, "tries");
	r->mime_depth = take_int(t, "mime_depth");
	r->mime_parts = take_int(t, "mime_parts");
	r->calendar_size = take_int(t, "calendar_mib") * MIB;
	r->calendar_components = take_int(t, "calendar_components");
	r->calendar_occurrences = take_int(t, "calendar_occurrences");
	r->archive_entries = take_int(t, "archive_entries");
	r->archive_bytes = take_int(t, "archive_mib") * MIB;
	r->archive_ratio = take_int(t, "archive_ratio");
	r->archive_depth = take_int(t, "archive_depth");
	r->text_bytes = take_int(t, "text_kib") * 1024;
	t->from = top;
}

int settings_init(struct settings *s, json_t *json, struct err *err)
{
	struct taking t = {json, NULL};

	*s = (struct settings){.json = json_incref(json)};
	take_office(s, &t);
	take_imap(&s->imap, &t);
	take_smtp(&s->smtp, &t);
	take_calendars(s, &t);
	take_kinds(s, &t);
	take_policies(s, &t);
	take_links(&s->links, &t);
	take_questions(&s->questions, &t);
	take_retention(s, &t);
	take_reader(&s->reader, &t);
	if (!t.missing)
		return 0;
	settings_deinit(s);
	return err_set(err, ERR_PERM, "settings: no %s", t.missing);
}

const struct kind_settings *settings_kind(const struct settings *s, const char *id)
{
	for (size_t i = 0; id && i < s->kind_count; i++)
		if (strcmp(s->kinds[i].id, id) == 0)
			return &s->kinds[i];
	return NULL;
}

const struct calendar_settings *settings_calendar(
	const struct settings *s, const char *name)
{
	for (size_t i = 0; i < s->calendar_count; i++)
		if (strcmp(s->calendars[i].name, name) == 0)
			return &s->calendars[i];
	return NULL;
}

const struct calendar_settings *settings_mail_calendar(const struct settings *s)
{
	for (size_t i = 0; i < s->calendar_count; i++)
		if (s->calendars[i].mail)
			return &s->calendars[i];
	return NULL;
}

void settings_deinit(struct settings *s)
{
	free(s->calendars);
	free(s->kinds);
	free(s->retention);
	json_decref(s->json);
	*s = (struct settings){.json = NULL};
}
