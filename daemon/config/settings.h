/*
 * utskick.json as the program uses it: checked, defaults filled in, every limit a named
 * member. The schema (config/utskick.schema.json) documents each; names here are the
 * schema's.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "config/calendar-settings.h"
#include "config/guard-settings.h"
#include "config/link-settings.h"
#include "config/reader-settings.h"
#include "config/server-settings.h"
#include "config/trust-settings.h"
#include "net/smtp.h"

enum handled_by { HANDLED_BY_MOVE, HANDLED_BY_KEYWORD };

struct imap_settings {
	struct server_settings server;
	const char *inbox;
	enum handled_by handled_by;
	const char *handled; /* folder for handled mail; "/" between levels */
	const char *sent;    /* NULL: what the server calls its Sent folder */
	bool sent_copy;
	int idle_minutes;
	int poll_minutes;
	int64_t largest_mail; /* bytes */
};

struct smtp_settings {
	struct server_settings server;
	const char *hello; /* EHLO name */
	/* Where left out, as the provider's preset says; 0: no limit. */
	int messages_per_minute;
	int messages_per_day;
	int recipients_per_minute;
	int recipients_per_day;
	int connections;
	int messages_per_connection;
	bool copy_to_self; /* Bcc to the mailbox, as evidence that a mail went */
	enum smtp_report reports;
	int retry_hours;
	int tell_after_hours;
	int retry_first_seconds; /* first pause after a 4xx; doubles, up to an hour */
	int unknown_grace_seconds;
};

struct kind_settings {
	const char *id;
	const json_t *name;  /* {"sv": "trygghetsråd", "en": "..."} */
	const json_t *words; /* array: what marks the kind in CATEGORIES or SUMMARY */
	int invitation_days;
	int warn_days;
	int minutes_days;
	bool invite_council; /* the council's own members too, not only committees */
	bool has_minutes;
	int reminder_days;  /* before a meeting that asks for attendance; 0: none */
	bool call_deputies; /* one for each who declines, not all at once */
};

struct settings {
	const char *office_name;
	const char *unit_name;
	const char *language;
	const char *time_zone;
	const char *coordinator_name;
	const char *coordinator_address;
	const char *fallback_address; /* the coordinator's other mailbox; NULL */
	const json_t *security_unit;  /* addresses: minutes and planning */
	const char *mailbox_name;
	const char *mailbox_address;
	struct imap_settings imap;
	struct smtp_settings smtp;
	struct calendar_settings *calendars;
	size_t calendar_count;
	int horizon_days; /* how far ahead the calendar is worked through */
	int past_days;	  /* how far back a meeting still takes minutes */
	int send_hour;	  /* local hour at which what falls due on a day goes out */
	struct kind_settings *kinds;
	size_t kind_count;
	const json_t *matching;	     /* "categories", "summary", ... in order */
	const char *inspection_kind; /* the year's plan: owed each season */
	int autumn_month;	     /* 2 to 12 */
	const json_t *shared_places; /* words: several meetings at once are no clash */
	struct trust_settings trust;
	struct daily_settings daily;
	const json_t *minutes_types; /* allowed media types */
	int64_t minutes_largest;
	int minutes_files; /* of one mail */
	const char *clamd; /* path of its socket; NULL: nothing is scanned */
	int clamd_seconds;
	int clamd_retry_minutes;
	struct question_settings questions;
	struct limit_settings limits;
	struct link_settings links;
	struct retention_settings *retention;
	size_t retention_count;
	int automatic_mail_per_day;
	int rest_after_failures; /* on as many different days */
	int rest_after_days;
	int64_t attachments_largest; /* bytes of what goes along with one invitation */
	int calendar_loss_percent; /* of its meetings: the coordinator is asked first */
	struct reader_settings reader;
	json_t *json; /* owns every string above */
};

/*
 * Fills s from the checked object (defaults and paths filled in); keeps a reference.
 * -1 with err where a member is missing, which is no mistake of the office's then.
 */
int settings_init(struct settings *s, json_t *json, struct err *err);
/* NULL where there is no such kind. */
const struct kind_settings *settings_kind(const struct settings *s, const char *id);
void settings_deinit(struct settings *s);
