#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "net/imap-inside.h"

/*
 * IDLE (RFC 2177) by lines: libetpan's own takes an untagged line before the server's
 * "+" for the end of the session.
 */

bool imap_can_idle(const struct imap *imap)
{
	return imap_can(imap, "IDLE");
}

/* "* 23 EXISTS" changes what SELECT said, and so must be kept for the next list. */
void imap_take_news(struct imap *imap, const char *line)
{
	char *word = NULL;
	unsigned long n = text_starts(line, "* ") ? strtoul(line + 2, &word, 10) : 0;

	if (!word)
		return;
	if (text_starts_nocase(word, " EXISTS") && imap->session->imap_selection_info)
		imap->session->imap_selection_info->sel_exists = (uint32_t)n;
	if (text_starts_nocase(word, " EXISTS") || text_starts_nocase(word, " EXPUNGE"))
		imap->has_news = true;
}

/* A mail may have been told of in the answer to another command. */
static bool is_list_old(const struct imap *imap)
{
	const struct mailimap_selection_info *info = imap->session->imap_selection_info;

	return info && info->sel_exists != imap->listed_exists;
}

int imap_idle_begin(struct imap *imap, struct err *err)
{
	if (imap_send_line(imap, "IDLE", err) < 0)
		return -1;
	imap->has_news = is_list_old(imap);
	for (;;) {
		const char *line = imap_read_line(imap, err);

		if (!line)
			return -1;
		if (line[0] == '+')
			return 0;
		imap_take_news(imap, line);
		int end = imap_is_end(imap, line, err);
		if (end > 0)
			err_set(err, ERR_TEMP, "IMAP IDLE ended before it began");
		if (end)
			return -1;
	}
}

int imap_idle_fd(const struct imap *imap)
{
	return stream_fd(imap->wire.stream);
}

/* libetpan's buffer first, then ours, then the network's. */
static bool has_line(struct imap *imap)
{
	return imap->session->imap_stream->read_buffer_len ||
	       stream_has_input(imap->wire.stream);
}

int imap_idle_has_news(struct imap *imap, struct err *err)
{
	while (has_line(imap)) {
		imap_begin(imap, IMAP_ANSWER_MAX);
		const char *line = imap_read_line(imap, err);

		if (!line)
			return -1;
		int end = imap_is_end(imap, line, err);
		if (end > 0)
			err_set(err, ERR_TEMP, "IMAP IDLE ended by itself");
		if (end)
			return -1;
		imap_take_news(imap, line);
	}
	bool news = imap->has_news;
	imap->has_news = false;
	return news;
}

int imap_idle_end(struct imap *imap, struct err *err)
{
	mailstream *stream = imap->session->imap_stream;
	int end = 0;

	imap_begin(imap, IMAP_ANSWER_MAX);
	if (mailstream_write(stream, "DONE\r\n", 6) < 0 || mailstream_flush(stream) < 0)
		return imap_check(imap, MAILIMAP_ERROR_STREAM, "DONE", err);
	while (end == 0) {
		const char *line = imap_read_line(imap, err);

		if (!line)
			return -1;
		imap_take_news(imap, line);
		end = imap_is_end(imap, line, err);
	}
	return end > 0 ? 0 : -1;
}
