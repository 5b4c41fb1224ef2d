#include "intake/caldav-ask.h"

#include "base/json.h"
#include "base/text.h"
#include "duty/server.h"

#define HTTP_MULTISTATUS 207

void caldav_answer_deinit(struct caldav_answer *a)
{
	http_reply_deinit(&a->reply);
	json_decref(a->said);
	*a = CALDAV_ANSWER_EMPTY;
}

static int unreadable(enum reader_outcome outcome, const json_t *said, struct err *err)
{
	str_auto *what = text_printable(json_str_or(said, "what", ""));

	switch (outcome) {
	case READER_OK:
	case READER_BROKEN:
		break;
	case READER_CRASHED:
		return err_prefix(err, "the reader ended over the server's answer");
	case READER_SLOW:
		return err_set(
			err, ERR_PERM, "the server's answer took too long to read");
	}
	return err_set(err, ERR_PERM, "the server does not speak CalDAV: %s", what);
}

int caldav_ask(struct fetching *f, const char *url, const char *method,
	const char *depth, const char *body, struct caldav_answer *ret, struct err *err)
{
	const struct http_request question = {.url = url,
		.method = method,
		.depth = depth,
		.body = body,
		.should_stop = worker_should_stop};

	caldav_answer_deinit(ret);
	if (server_ask_calendar(f->http, f->calendar, &question, &ret->reply, err) < 0)
		return -1;
	if (ret->reply.status != HTTP_MULTISTATUS)
		return 0;
	if (!f->reader)
		f->reader = reader_new(&f->ctx->config->settings.reader, NULL);
	enum reader_outcome outcome = reader_caldav(
		f->reader, ret->reply.body.data, ret->reply.body.len, &ret->said, err);
	return outcome == READER_OK ? 1 : unreadable(outcome, ret->said, err);
}

void caldav_add_text(struct buf *xml, const char *text)
{
	for (; *text; text++) {
		if (*text == '&')
			buf_add_str(xml, "&amp;");
		else if (*text == '<')
			buf_add_str(xml, "&lt;");
		else if (*text == '>')
			buf_add_str(xml, "&gt;");
		else
			buf_add_char(xml, *text);
	}
}

enum fetch caldav_refused(
	const char *url, const struct caldav_answer *a, struct err *err)
{
	const struct http_request question = {.url = url};

	http_refused(&question, &a->reply, err);
	return FETCH_FAILED;
}
