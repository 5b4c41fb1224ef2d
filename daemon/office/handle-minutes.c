/* Minutes from the meeting's secretary: taken in, kept, sent on to the committees, and
 * a receipt to the secretary. */
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "office/handler.h"
#include "office/match.h"
#include "office/minutes-out.h"
#include "office/policy.h"
#include "store/meeting.h"
#include "store/minutes.h"

/* ---- which files ---- */

static bool is_allowed(const struct office *o, const json_t *file)
{
	return json_has_str(o->config->settings.minutes_types,
		       json_str_or(file, "media_type", "")) &&
	       json_int_or(file, "size", 0) > 0 &&
	       json_int_or(file, "size", 0) <= o->config->settings.minutes_largest;
}

/* What a mail client adds by itself: not what the sender hands in. */
static bool is_ornament(const json_t *file)
{
	const char *type = json_str_or(file, "media_type", "");

	return text_starts_nocase(type, "image/") ||
	       text_starts_nocase(type, "text/calendar") ||
	       text_starts_nocase(type, "text/html") ||
	       text_starts_nocase(type, "application/ics") ||
	       text_starts_nocase(type, "application/pkcs7-signature") ||
	       text_starts_nocase(type, "application/pgp-signature");
}

static size_t count_files(const struct office *o, const json_t *said,
	bool (*fits)(const struct office *o, const json_t *file))
{
	size_t n = 0;
	size_t i;
	json_t *file;

	json_array_foreach (json_object_get(said, "attachments"), i, file)
		n += fits(o, file);
	return n;
}

static bool is_handed_in(const struct office *o, const json_t *file)
{
	(void)o;
	return !is_ornament(file);
}

static int matches(struct office *o, const struct mail_case *c, struct err *err)
{
	int64_t meeting = 0;

	if (!c->from || count_files(o, c->said, is_handed_in) == 0)
		return 0;
	int hander = match_is_hander(o, c->from, c->now, err);
	if (hander != 0)
		return hander;
	/* A stranger's file counts as minutes only where it is plainly about a meeting.
	 */
	int match = match_meeting(o, c, &meeting, err);
	if (match < 0)
		return -1;
	return match != MATCH_NONE && count_files(o, c->said, is_allowed) > 0;
}

/* A type that is not allowed goes out only by the coordinator's yes. */
static bool is_taken(
	const struct office *o, const struct mail_case *c, const json_t *file)
{
	if (!c->is_released || is_ornament(file))
		return is_allowed(o, file);
	return json_int_or(file, "size", 0) > 0 &&
	       json_int_or(file, "size", 0) <= o->config->settings.minutes_largest;
}

/* The bytes, by the reader, before the transaction. */
static int prepare(struct office *o, struct mail_case *c, struct err *err)
{
	const json_t *all = json_object_get(c->said, "attachments");
	size_t i;
	json_t *file;

	c->files = json_array();
	c->contents = xcalloc(json_array_size(all), sizeof(*c->contents));
	json_array_foreach (all, i, file) {
		if (!is_taken(o, c, file))
			continue;
		struct buf *content = &c->contents[c->content_count];
		enum reader_outcome got = reader_part(o->reader, c->raw, c->raw_len,
			json_str_or(file, "sha256", ""), content, err);
		if (got != READER_OK)
			return err_set(err, ERR_PERM, "%s could not be taken out",
				json_str_or(file, "name", "a file"));
		c->content_count++;
		json_array_append(c->files, file);
	}
	return 0;
}

/* ---- what is done with them ---- */

static int hold(struct office *o, const struct mail_case *c, const char *reason,
	int64_t meeting_id, struct decision *ret, struct err *err)
{
	return handler_hold(o, c, "minutes", reason, meeting_id, ret, err);
}

/*
 * NULL: nothing stands against it; else the reason code to hold it for. The
 * coordinator's yes overrides all but what leaves nothing to send, or nobody to send it
 * to.
 */
static const char *objection(struct office *o, const struct mail_case *c,
	const struct meeting *m, int *ret_status, struct err *err)
{
	*ret_status = 0;
	if (c->content_count == 0)
		return "minutes-type-refused";
	if (!m->council || !m->kind)
		return "minutes-no-meeting";
	if (c->is_released)
		return NULL;
	if (m->starts_at > c->now || m->state != MEETING_PLANNED)
		return "minutes-meeting-not-held";
	const char *reason = NULL;
	int may = policy_allows(o, c, POLICY_MINUTES, m->id, &reason, err);
	if (may < 0)
		*ret_status = -1;
	return may > 0 ? NULL : reason;
}

static int accept_or_skip(struct office *o, const struct mail_case *c,
	const struct meeting *m, struct decision *ret, struct err *err)
{
	int same = minutes_has_files(o->db, m->id, c->files, err);

	if (same < 0)
		return -1;
	ret->meeting_id = m->id;
	ret->is_handled = true;
	if (same) {
		ret->outcome = "ignored";
		ret->reason = "minutes-same";
		return 0;
	}
	ret->outcome = "applied";
	ret->reason = c->is_released ? "minutes-released" : "minutes-accepted";
	return minutes_send_on(o, c, m, err);
}

static int act(struct office *o, const struct mail_case *c, struct decision *ret,
	struct err *err)
{
	meeting_auto m = MEETING_EMPTY;
	int64_t id = 0;
	int status = 0;

	*ret = (struct decision){.class = "minutes"};
	int match = match_meeting(o, c, &id, err);
	if (match < 0)
		return -1;
	if (match == MATCH_SEVERAL)
		return hold(o, c, "minutes-several-meetings", 0, ret, err);
	if (match == MATCH_NONE)
		return hold(o, c, "minutes-no-meeting", 0, ret, err);
	int found = meeting_get(o->db, id, &m, err);
	if (found < 0)
		return -1;
	if (!found)
		return hold(o, c, "minutes-no-meeting", 0, ret, err);
	const char *reason = objection(o, c, &m, &status, err);
	if (status < 0)
		return -1;
	if (reason)
		return hold(o, c, reason, m.id, ret, err);
	return accept_or_skip(o, c, &m, ret, err);
}

const struct handler handler_minutes = {
	.name = "minutes",
	.matches = matches,
	.prepare = prepare,
	.act = act,
	.describe = "Minutes from a meeting's secretary, chair or the security unit go "
		    "to the committees; from anyone else they are held.",
};
