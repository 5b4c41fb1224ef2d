#include "office/post.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "duty/meeting-files.h"
#include "mail/message-id.h"
#include "office/personal-guard.h"
#include "render/letter-text.h"
#include "store/delivery-move.h"
#include "store/directory.h"
#include "store/journal.h"
#include "store/letter.h"
#include "store/rest.h"

static int64_t meeting_id_of(const struct post *post)
{
	return post->order.meeting ? post->order.meeting->id : 0;
}

static char *letter_seed(const struct post *post, const char *language)
{
	return xasprintf("%s/%lld/%d/%s/%s", post->order.kind,
		(long long)meeting_id_of(post), post->version, language,
		post->about ? post->about : "");
}

/* The letter's row, with the body that all its deliveries share unless the kind is
 * personal. */
static int put_letter(struct office *o, const struct post *post,
	const struct recipient *to, int64_t now, int64_t *ret_id, char **ret_subject,
	struct err *err)
{
	const char *language = letter_language(o->config->templates, to->language);
	bool personal = compose_is_personal(post->order.kind);
	str_auto *seed = letter_seed(post, language);
	mime_text_auto body = MIME_TEXT_EMPTY;

	if (compose_body(o->config, &post->order, to, seed, now, ret_subject, &body,
		    err) < 0)
		return err_prefix(err, "letter %s", post->order.kind);
	const struct letter letter = {
		.kind = post->order.kind,
		.meeting_id = meeting_id_of(post),
		.version = post->version,
		.language = language,
		.about = post->about ? post->about : "",
		.subject = *ret_subject,
		.body = personal ? CONTENT_NONE : mime_text_content(&body),
	};
	return letter_put(o->db, &letter, now, ret_id, err);
}

static int freeze(struct office *o, const struct post *post, const struct recipient *to,
	int64_t id, const char *letter_subject, int64_t now, struct err *err)
{
	str_auto *message_id = message_id_make(o->key, id, o->domain);
	str_auto *subject = xstrdup(letter_subject);
	buf_auto head = BUF_EMPTY;
	mime_text_auto body = MIME_TEXT_EMPTY;

	if (compose_is_personal(post->order.kind)) {
		free(TAKE(subject));
		if (compose_body(o->config, &post->order, to, message_id, now, &subject,
			    &body, err) < 0)
			return -1;
	}
	if (compose_head(o->config, &post->order, to, subject, message_id, now, &head,
		    err) < 0)
		return -1;
	const struct content own = mime_text_content(&body);
	return delivery_freeze(o->db, id, message_id, head.data, head.len, &own, err);
}

/* What is owed to an address at rest is kept and shown, and not sent. */
static int let_rest(
	struct office *o, const char *address, int64_t id, int64_t now, struct err *err)
{
	int rests = rest_is(o->db, address, err);

	return rests <= 0 ? rests
			  : delivery_move(o->db, id, DELIVERY_RESTING, NULL, now, err);
}

static int post_whole(struct office *o, const struct post *post,
	const struct recipient *to, int64_t now, struct err *err)
{
	const char *language = letter_language(o->config->templates, to->language);
	str_auto *subject = NULL;
	int64_t letter_id = 0;
	int64_t id = 0;

	int found = letter_find(o->db, post->order.kind, meeting_id_of(post),
		post->version, language, post->about ? post->about : "", &letter_id,
		&subject, err);
	if (found < 0)
		return -1;
	if (found == 0 && put_letter(o, post, to, now, &letter_id, &subject, err) < 0)
		return -1;
	const struct delivery d = {
		.letter_id = letter_id,
		.address = to->address,
		.name = to->name,
		.person = to->person,
		.committee = to->committee,
		.priority = (int)post->priority,
		.due_at = now,
	};
	int added = delivery_add(o->db, &d, now, &id, err);
	if (added != 1)
		return added;
	if (freeze(o, post, to, id, subject, now, err) < 0)
		return err_prefix(err, "delivery to %s", to->address);
	const struct journal_entry entry = {.who = "office",
		.what = post->order.kind,
		.why = post->reason,
		.meeting_id = meeting_id_of(post),
		.delivery_id = id};
	if (journal_add(o->db, &entry, now, err) < 0)
		return -1;
	return let_rest(o, to->address, id, now, err) < 0 ? -1 : 1;
}

static int post_with_files(struct office *o, const struct post *post,
	const struct recipient *to, int64_t now, struct err *err)
{
	meeting_files_auto files = MEETING_FILES_NONE;
	struct post whole = *post;

	if (!post->order.meeting || !meeting_files_go_with(post->order.kind))
		return post_whole(o, post, to, now, err);
	if (meeting_files_load(
		    o->db, &o->config->settings, post->order.meeting, &files, err) < 0)
		return -1;
	whole.order.files = files.list;
	whole.order.file_count = files.count;
	return post_whole(o, &whole, to, now, err);
}

/* Letters that show a meeting's text outside the office. The duties have asked before;
 * this is for those that go out on other grounds. Minutes are looked at as a whole. */
static bool shows_meeting(const struct post *post)
{
	static const char *const kinds[] = {"invitation", "update", "cancellation",
		"reminder", "withdrawal", "invitation-again", "counter-declined"};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (post->order.meeting && strcmp(post->order.kind, kinds[i]) == 0)
			return true;
	return false;
}

int post_to(struct office *o, const struct post *post, const struct recipient *to,
	int64_t now, struct err *err)
{
	int waits = shows_meeting(post)
			    ? personal_guard_meeting(o, post->order.meeting, now, err)
			    : 0;

	if (waits != 0)
		return waits < 0 ? -1 : 0;
	struct recipient in_language = *to;
	str_auto *own = NULL;

	if (to->language)
		return post_with_files(o, post, to, now, err);
	int found = directory_language_of(o->db, to->address, &own, err);
	if (found < 0)
		return -1;
	in_language.language = own ? own : (char *)o->config->settings.language;
	return post_with_files(o, post, &in_language, now, err);
}

bool post_secretary(const json_t *roles, struct recipient *ret)
{
	size_t i;
	json_t *role;

	json_array_foreach (roles, i, role) {
		const char *address = json_str_or(role, "address", "");
		if (strcmp(json_str_or(role, "role", ""), "secretary") != 0 ||
			!*address)
			continue;
		*ret = (struct recipient){.name = (char *)json_str_or(role, "name", ""),
			.address = (char *)address};
		return true;
	}
	return false;
}

int post_to_coordinator(
	struct office *o, const struct post *post, int64_t now, struct err *err)
{
	const struct settings *s = &o->config->settings;
	struct recipient to = {
		.name = (char *)s->coordinator_name,
		.address = (char *)s->coordinator_address,
		.language = (char *)s->language,
	};

	return post_to(o, post, &to, now, err);
}
