#include "net/imap.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "net/imap-inside.h"
#include "net/imap-names.h"

#define LOGOUT_MS 200

mailimap *imap_begin(struct imap *imap, uint64_t max)
{
	imap_wire_begin(&imap->wire, max);
	return imap->session;
}

bool imap_is_bad_day(const char *code)
{
	const char *const codes[] = {
		"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "OVERQUOTA"};

	for (size_t i = 0; code && i < sizeof(codes) / sizeof(*codes); i++)
		if (text_equal_nocase(code, codes[i]))
			return true;
	return false;
}

int imap_check(struct imap *imap, int code, const char *what, struct err *err)
{
	const char *words =
		imap->session->imap_response ? imap->session->imap_response : "";

	switch (code) {
	case MAILIMAP_NO_ERROR:
	case MAILIMAP_NO_ERROR_AUTHENTICATED:
	case MAILIMAP_NO_ERROR_NON_AUTHENTICATED:
		return 0;
	case MAILIMAP_ERROR_STREAM:
	case MAILIMAP_ERROR_PARSE:
	case MAILIMAP_ERROR_PROTOCOL:
	case MAILIMAP_ERROR_FATAL:
	case MAILIMAP_ERROR_BAD_STATE:
	case MAILIMAP_ERROR_DONT_ACCEPT_CONNECTION:
		break;
	default: { /* libetpan has a code per command; all mean a NO or BAD */
		const struct mailimap_response_info *info =
			imap->session->imap_response_info;
		const char *word = info ? info->rsp_atom : NULL;
		str_auto *shown = text_printable(words);
		return err_set(err, imap_is_bad_day(word) ? ERR_TEMP : ERR_PERM,
			"IMAP %s: the server said no: %.150s", what, shown);
	}
	}
	if (imap->wire.err.kind != ERR_NONE)
		return err_set(err, ERR_TEMP, "IMAP %s: %s", what, imap->wire.err.text);
	return err_set(
		err, ERR_TEMP, "IMAP %s: the server's answer makes no sense", what);
}

/* ---- our own commands ---- */

int imap_send_line(struct imap *imap, const char *line, struct err *err)
{
	mailimap *session = imap_begin(imap, IMAP_ANSWER_MAX);
	str_auto *all = xasprintf("u%d %s\r\n", ++imap->tag, line);

	if (mailstream_write(session->imap_stream, all, strlen(all)) < 0 ||
		mailstream_flush(session->imap_stream) < 0)
		return imap_check(imap, MAILIMAP_ERROR_STREAM, line, err);
	return 0;
}

const char *imap_read_line(struct imap *imap, struct err *err)
{
	const char *line = mailimap_read_line(imap->session);

	if (!line)
		imap_check(imap, MAILIMAP_ERROR_STREAM, "reading", err);
	return line;
}

int imap_is_end(struct imap *imap, const char *line, struct err *err)
{
	str_auto *tag = xasprintf("u%d ", imap->tag);
	bool is_tagged = text_starts(line, tag);

	if (is_tagged && text_starts_nocase(line + strlen(tag), "OK"))
		return 1;
	if (!is_tagged && !text_starts_nocase(line, "* BYE"))
		return 0;
	str_auto *shown = text_printable(line);
	return err_set(err, ERR_TEMP, "IMAP: the server said: %.150s", shown);
}

static void keep_capabilities(struct imap *imap, const char *list)
{
	buf_clear(&imap->capabilities);
	buf_add_char(&imap->capabilities, ' ');
	for (; *list && *list != '\r' && *list != '\n'; list++)
		buf_add_char(&imap->capabilities, (char)toupper((unsigned char)*list));
	buf_add_char(&imap->capabilities, ' ');
}

/* mailimap_capability dies of an OK without its untagged line. */
static int ask_capabilities(struct imap *imap, struct err *err)
{
	int end = 0;

	if (imap_send_line(imap, "CAPABILITY", err) < 0)
		return -1;
	while (end == 0) {
		const char *line = imap_read_line(imap, err);

		if (!line)
			return -1;
		if (text_starts_nocase(line, "* CAPABILITY "))
			keep_capabilities(imap, line + strlen("* CAPABILITY "));
		end = imap_is_end(imap, line, err);
	}
	return end > 0 ? 0 : -1;
}

bool imap_can(const struct imap *imap, const char *capability)
{
	str_auto *word = xasprintf(" %s ", capability);

	return strstr(buf_str(&imap->capabilities), word) != NULL;
}

/* ---- life ---- */

static int start(struct imap *imap, struct err *err)
{
	mailstream *stream = imap_wire_open(&imap->wire);

	imap->session = mailimap_new(0, NULL);
	if (!stream || !imap->session) {
		if (stream)
			mailstream_close(stream);
		return err_set(err, ERR_TEMP, "no memory for an IMAP session");
	}
	int code = mailimap_connect(imap_begin(imap, IMAP_ANSWER_MAX), stream);
	if (code != MAILIMAP_NO_ERROR_AUTHENTICATED)
		return imap_check(imap, MAILIMAP_ERROR_PROTOCOL, "greeting", err);
	return ask_capabilities(imap, err);
}

struct imap *imap_over(struct stream *stream, int timeout_ms, struct err *err)
{
	imap_auto *imap = xcalloc(1, sizeof(*imap));

	imap->wire = (struct imap_wire){.stream = stream, .timeout_ms = timeout_ms};
	return start(imap, err) == 0 ? TAKE(imap) : NULL;
}

struct imap *imap_open(const struct stream_server *server, struct err *err)
{
	struct stream *stream = stream_open(server, err);

	return stream ? imap_over(stream, server->timeout_ms, err) : NULL;
}

void imap_on_bytes(struct imap *imap, imap_beat_fn beat, void *context)
{
	imap->beat = beat;
	imap->beat_context = context;
}

void imap_free(struct imap *imap)
{
	struct err ignored = ERR_INIT;

	if (!imap)
		return;
	if (imap->wire.err.kind == ERR_NONE)
		stream_write(
			imap->wire.stream, "bye LOGOUT\r\n", 12, LOGOUT_MS, &ignored);
	/* libetpan says a goodbye of its own and waits for the answer, unless the wire
	 * is dead. */
	err_set(&imap->wire.err, ERR_TEMP, "closed");
	if (imap->session)
		mailimap_free(imap->session);
	stream_free(imap->wire.stream);
	buf_deinit(&imap->capabilities);
	free(imap);
}

/* ---- folders' names ---- */

static int ask_delimiter(struct imap *imap, struct err *err)
{
	clist *found = NULL;
	mailimap *session = imap_begin(imap, IMAP_ANSWER_MAX);

	if (imap->has_delimiter)
		return 0;
	if (imap_check(imap, mailimap_list(session, "", "", &found), "LIST", err) < 0)
		return -1;
	if (clist_begin(found)) {
		struct mailimap_mailbox_list *one = clist_content(clist_begin(found));
		imap->delimiter = one->mb_delimiter;
	}
	imap->has_delimiter = true;
	mailimap_list_result_free(found);
	return 0;
}

char *imap_wire_name(struct imap *imap, const char *folder, struct err *err)
{
	if (ask_delimiter(imap, err) < 0)
		return NULL;
	return folder_to_wire(folder, imap->delimiter, err);
}

int imap_noop(struct imap *imap, struct err *err)
{
	mailimap *session = imap_begin(imap, IMAP_ANSWER_MAX);

	return imap_check(imap, mailimap_noop(session), "NOOP", err);
}
