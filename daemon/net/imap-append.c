#include <string.h>
#include <time.h>

#include "base/text.h"
#include "net/imap-inside.h"

/*
 * APPEND (RFC 3501 6.3.11) by lines and pieces: libetpan's wants the whole mail in
 * memory.
 */

/* "14-Sep-2026 18:00:00 +0000" */
static void add_date(struct buf *to, int64_t date)
{
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
		"Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct tm tm = {0};
	time_t at = date;

	gmtime_r(&at, &tm);
	buf_addf(to, "\"%02d-%s-%04d %02d:%02d:%02d +0000\"", tm.tm_mday,
		months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void add_quoted(struct buf *to, const char *name)
{
	buf_add_char(to, '"');
	for (; *name; name++) {
		if (*name == '"' || *name == '\\')
			buf_add_char(to, '\\');
		buf_add_char(to, *name);
	}
	buf_add_char(to, '"');
}

/* A NO says something about this mail, unless it will be a yes another day. */
static int is_end(struct imap *imap, const char *line, struct err *err)
{
	const char *code = strchr(line, '[');
	str_auto *word = code ? xstrndup(code + 1, strcspn(code + 1, " ]")) : NULL;
	int end = imap_is_end(imap, line, err);

	if (end < 0 && !text_starts_nocase(line, "* BYE") && !imap_is_bad_day(word))
		err->kind = ERR_PERM;
	return end;
}

/* Until the server wants more (is_more), or has done it. 0 or -1. */
static int wait_for(struct imap *imap, bool is_more, struct err *err)
{
	for (;;) {
		const char *line = imap_read_line(imap, err);

		if (!line)
			return -1;
		if (line[0] == '+' && is_more)
			return 0;
		imap_take_news(imap, line);
		int end = is_end(imap, line, err);
		if (end > 0 && is_more)
			return err_set(err, ERR_TEMP, "IMAP APPEND ended too early");
		if (end)
			return end > 0 ? 0 : -1;
	}
}

static int send_mail(struct imap *imap, const struct content *mail, struct err *err)
{
	mailstream *stream = imap->session->imap_stream;
	content_walk_auto w = {.of = mail};
	int got;

	while ((got = content_next(&w, err)) > 0)
		if (mailstream_write(stream, w.piece.data, w.piece.len) < 0)
			return imap_check(imap, MAILIMAP_ERROR_STREAM, "APPEND", err);
	if (got < 0)
		return -1;
	if (mailstream_write(stream, "\r\n", 2) < 0 || mailstream_flush(stream) < 0)
		return imap_check(imap, MAILIMAP_ERROR_STREAM, "APPEND", err);
	return 0;
}

int imap_append(struct imap *imap, const char *folder, const struct content *mail,
	int64_t date, struct err *err)
{
	str_auto *name = imap_wire_name(imap, folder, err);
	buf_auto line = BUF_EMPTY;

	if (!name)
		return -1;
	buf_add_str(&line, "APPEND ");
	add_quoted(&line, name);
	buf_add_str(&line, " (\\Seen) ");
	add_date(&line, date);
	buf_addf(&line, " {%llu}", (unsigned long long)mail->size);
	if (imap_send_line(imap, buf_str(&line), err) < 0 ||
		wait_for(imap, true, err) < 0 || send_mail(imap, mail, err) < 0)
		return -1;
	/* What the mail took on its way is not the server's time. */
	imap_begin(imap, IMAP_ANSWER_MAX);
	return wait_for(imap, false, err);
}
