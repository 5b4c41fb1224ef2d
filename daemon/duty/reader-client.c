#include "duty/reader-client.h"

#include <string.h>

#include "base/child.h"
#include "base/frame.h"
#include "base/json.h"
#include "base/spool.h"

#define SELF "/proc/self/exe"
#define REPLY_MAX ((size_t)256 << 20)

struct reader {
	const struct reader_settings *settings;
	struct child *child;
	struct spool spool; /* what is large, for the reader to read */
	int lent;	    /* the same file, as the reader has it */
};

/* Where there is no room for one, all goes by the pipe. */
static void lend_spool(struct reader *r, const char *folder)
{
	struct err err = ERR_INIT;
	if (spool_open(&r->spool, folder, &err) == 0 &&
		(r->lent = spool_reopen(&r->spool, &err)) >= 0)
		child_lend(r->child, r->lent);
}

struct reader *reader_new(const struct reader_settings *settings, const char *folder)
{
	struct reader *r = xcalloc(1, sizeof(*r));
	str_auto *memory = xasprintf("%d", settings->memory_mib);
	const char *const argv[] = {SELF, "--worker", "reader", memory, NULL};
	const struct child_limits limits = {
		.cpu_ms = settings->cpu_seconds * 1000,
		.wall_ms = settings->wall_seconds * 1000,
		.reply_max = REPLY_MAX,
	};
	r->settings = settings;
	r->child = child_new(argv, limits);
	r->spool = SPOOL_NONE;
	r->lent = -1;
	if (folder)
		lend_spool(r, folder);
	return r;
}

void reader_free(struct reader *r)
{
	if (!r)
		return;
	child_free(r->child);
	spool_close(&r->spool);
	fd_closep(&r->lent);
	free(r);
}

static json_t *question_new(const struct reader *r, const char *what)
{
	const struct reader_settings *s = r->settings;
	json_t *limits = json_object();
	json_t *question = json_object();
	json_put_int(limits, "mime_depth", s->mime_depth);
	json_put_int(limits, "mime_parts", s->mime_parts);
	json_put_int(limits, "calendar_bytes", s->calendar_size);
	json_put_int(limits, "calendar_components", s->calendar_components);
	json_put_int(limits, "calendar_occurrences", s->calendar_occurrences);
	if (s->archive_entries) {
		json_put_int(limits, "archive_entries", s->archive_entries);
		json_put_int(limits, "archive_bytes", s->archive_bytes);
		json_put_int(limits, "archive_ratio", s->archive_ratio);
		json_put_int(limits, "archive_depth", s->archive_depth);
		json_put_int(limits, "text_bytes", s->text_bytes);
	}
	json_put_str(question, "read", what);
	json_object_set_new(question, "limits", limits);
	return question;
}

/* A reply longer than a frame comes as bytes. */
static json_t *parse_reply(const struct buf *text, struct buf *bytes)
{
	json_t *reply = json_loadb(buf_str(text), text->len, 0, NULL);
	if (!json_str(reply, "json"))
		return reply;
	json_decref(reply);
	reply = json_loadb(buf_str(bytes), bytes->len, 0, NULL);
	buf_clear(bytes);
	return reply;
}

static enum reader_outcome said(
	const struct buf *text, struct buf *bytes, json_t **ret, struct err *err)
{
	json_t *reply = parse_reply(text, bytes);
	if (!json_is_object(reply)) {
		json_decref(reply);
		err_set(err, ERR_PERM, "the reader's reply is no JSON");
		return READER_CRASHED;
	}
	*ret = reply;
	return json_str(reply, "broken") ? READER_BROKEN : READER_OK;
}

static enum reader_outcome outcome_of(enum child_outcome outcome)
{
	switch (outcome) {
	case CHILD_ANSWERED:
		return READER_OK;
	case CHILD_TOO_SLOW:
		return READER_SLOW;
	case CHILD_DIED:
	case CHILD_TOO_MUCH:
		break;
	}
	return READER_CRASHED;
}

/* ret_text: the JSON of a reply. */
static enum reader_outcome ask_child(struct reader *r, const json_t *question,
	const struct content *content, struct buf *ret_text, const struct sink *bytes,
	struct err *err)
{
	str_auto *text = json_text(question);
	return outcome_of(
		child_ask_about(r->child, text, content, ret_text, bytes, err));
}

/* The content lies in the file meanwhile, so that the reader never holds the whole. */
static enum reader_outcome ask_by_file(struct reader *r, json_t *question,
	const struct content *content, struct buf *ret_text, const struct sink *bytes,
	struct err *err)
{
	struct err ignored = ERR_INIT;
	enum reader_outcome outcome = READER_CRASHED;
	json_put_int(question, "in_file", (json_int_t)content->size);
	const struct sink sink = spool_sink(&r->spool);
	if (spool_add(&r->spool, content, err) == 0 &&
		sink.add(sink.to, "", 1, err) == 0)
		outcome = ask_child(r, question, &CONTENT_NONE, ret_text, bytes, err);
	else
		err->kind = ERR_TEMP;
	(void)spool_clear(&r->spool, &ignored);
	return outcome;
}

/* Takes question. ret_text: the JSON of a reply. */
static enum reader_outcome ask_into(struct reader *r, json_t *question,
	const struct content *content, struct buf *ret_text, const struct sink *bytes,
	struct err *err)
{
	bool by_file = r->lent >= 0 && content->size > FRAME_MAX;
	enum reader_outcome outcome =
		by_file ? ask_by_file(r, question, content, ret_text, bytes, err)
			: ask_child(r, question, content, ret_text, bytes, err);
	json_decref(question);
	return outcome;
}

/* Takes question. */
static enum reader_outcome ask_about(struct reader *r, json_t *question,
	const struct content *content, json_t **ret, struct buf *ret_bytes,
	struct err *err)
{
	buf_auto reply = BUF_EMPTY;
	const struct sink sink = sink_of(ret_bytes);
	*ret = NULL;
	buf_clear(ret_bytes);
	enum reader_outcome outcome =
		ask_into(r, question, content, &reply, &sink, err);
	return outcome == READER_OK ? said(&reply, ret_bytes, ret, err) : outcome;
}

/* Takes question. Bytes of any size; the JSON itself is short. */
static enum reader_outcome ask_for_bytes(struct reader *r, json_t *question,
	const struct content *content, json_t **ret, const struct sink *bytes,
	struct err *err)
{
	buf_auto reply = BUF_EMPTY;
	buf_auto none = BUF_EMPTY;
	*ret = NULL;
	enum reader_outcome outcome =
		ask_into(r, question, content, &reply, bytes, err);
	return outcome == READER_OK ? said(&reply, &none, ret, err) : outcome;
}

/* Takes question. */
static enum reader_outcome ask(struct reader *r, json_t *question, const void *bytes,
	size_t len, json_t **ret, struct buf *ret_bytes, struct err *err)
{
	const struct content content = CONTENT_OF(bytes, len);
	return ask_about(r, question, &content, ret, ret_bytes, err);
}

static json_t *mail_question_new(const struct reader *r)
{
	json_t *question = question_new(r, "mail");
	json_object_set_new(question, "parts", json_false()); /* their texts again */
	return question;
}

enum reader_outcome reader_mail(
	struct reader *r, const struct content *mail, json_t **ret, struct err *err)
{
	buf_auto unused = BUF_EMPTY;
	return ask_about(r, mail_question_new(r), mail, ret, &unused, err);
}

enum reader_outcome reader_mail_in_full(
	struct reader *r, const struct content *mail, json_t **ret, struct err *err)
{
	buf_auto unused = BUF_EMPTY;
	return ask_about(r, question_new(r, "mail"), mail, ret, &unused, err);
}

void reader_mail_put(struct reader *r, const void *bytes, size_t len)
{
	json_auto_t *question = mail_question_new(r);
	str_auto *text = json_text(question);
	child_put(r->child, text, bytes, len);
}

void reader_mail_drop(struct reader *r)
{
	child_drop(r->child);
}

enum reader_outcome reader_mail_take(struct reader *r, json_t **ret, struct err *err)
{
	buf_auto reply = BUF_EMPTY;
	buf_auto bytes = BUF_EMPTY;
	*ret = NULL;
	enum reader_outcome outcome =
		outcome_of(child_take(r->child, &reply, &bytes, err));
	return outcome == READER_OK ? said(&reply, &bytes, ret, err) : outcome;
}

enum reader_outcome reader_calendar(struct reader *r, const void *bytes, size_t len,
	const struct calendar_window *window, json_t **ret, struct err *err)
{
	buf_auto unused = BUF_EMPTY;
	json_t *question = question_new(r, "calendar");
	json_put_int(question, "from", window->from);
	json_put_int(question, "to", window->to);
	json_put_str(question, "zone", window->zone);
	json_object_set_new(question, "in_words", json_boolean(window->in_words));
	json_put_str(question, "uid", window->uid);
	return ask(r, question, bytes, len, ret, &unused, err);
}

enum reader_outcome reader_caldav(
	struct reader *r, const void *bytes, size_t len, json_t **ret, struct err *err)
{
	buf_auto unused = BUF_EMPTY;
	return ask(r, question_new(r, "caldav"), bytes, len, ret, &unused, err);
}

/* Takes question. */
static enum reader_outcome ask_bytes_of(struct reader *r, json_t *question,
	const struct content *content, const struct sink *bytes, struct err *err)
{
	json_auto_t *reply = NULL;
	enum reader_outcome outcome =
		ask_for_bytes(r, question, content, &reply, bytes, err);
	if (outcome == READER_BROKEN)
		err_set(err, ERR_PERM, "%s",
			json_str_or(reply, "what", "no such part"));
	return outcome;
}

enum reader_outcome reader_mailed(struct reader *r, const struct content *mail,
	size_t index, struct buf *ret, struct err *err)
{
	json_t *question = question_new(r, "mailed");
	const struct sink sink = sink_of(ret);
	json_put_int(question, "index", (json_int_t)index);
	return ask_bytes_of(r, question, mail, &sink, err);
}

enum reader_outcome reader_part(struct reader *r, const struct content *mail,
	const char *sha256, const struct sink *bytes, struct err *err)
{
	json_t *question = question_new(r, "part");
	json_put_str(question, "sha256", sha256);
	return ask_bytes_of(r, question, mail, bytes, err);
}

enum reader_outcome reader_attachment(struct reader *r, const void *bytes, size_t len,
	const char *sha256, struct buf *ret, struct err *err)
{
	const struct content content = CONTENT_OF(bytes, len);
	const struct sink sink = sink_of(ret);
	json_t *question = question_new(r, "attachment");
	json_put_str(question, "sha256", sha256);
	return ask_bytes_of(r, question, &content, &sink, err);
}

enum reader_outcome reader_file(struct reader *r, const struct content *file,
	const char *name, json_t **ret, struct buf *ret_text, struct err *err)
{
	json_t *question = question_new(r, "file");
	json_put_str(question, "name", name);
	return ask_about(r, question, file, ret, ret_text, err);
}

enum reader_outcome reader_tnef(struct reader *r, const struct content *file,
	json_t **ret, const struct sink *contents, struct err *err)
{
	return ask_for_bytes(r, question_new(r, "tnef"), file, ret, contents, err);
}
