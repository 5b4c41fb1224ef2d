/* Any bytes as the replies of an SMTP server and its EHLO: described in printable words
 * that fit. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "net/smtp-reply.h"
#include "net/smtp-text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_described(const struct reply *r)
{
	char text[64];

	reply_describe(r, text, sizeof(text));
	if (!text_is_utf8(text, strlen(text)) || text_has_controls(text, strlen(text)))
		abort();
	(void)reply_is_lane(r);
}

static void read_replies(const char *at, const char *end)
{
	reply_auto r = REPLY_EMPTY;
	enum reply_progress progress = REPLY_MORE;

	while (at < end && progress != REPLY_NONSENSE) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));
		const char *line_end = lf ? lf : end;

		if (progress == REPLY_WHOLE)
			reply_deinit(&r);
		progress = reply_add_line(&r, at, (size_t)(line_end - at));
		check_described(&r);
		at = lf ? lf + 1 : end;
	}
}

/* What is stuffed has no line that is a dot, and comes back whole. */
static void stuff(const char *bytes, size_t len)
{
	bool at_line_start = true;
	buf_auto stuffed = BUF_EMPTY;

	if (!smtp_lines_are_whole(bytes, len))
		return;
	smtp_stuff(bytes, len, &at_line_start, &stuffed);
	if (!at_line_start || stuffed.len < len ||
		memmem(stuffed.data, stuffed.len, "\n.\r\n", 4) ||
		memmem(stuffed.data, stuffed.len, "\n.\n", 3))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str_auto *text = xstrndup((const char *)data, size);

	read_replies((const char *)data, (const char *)data + size);
	(void)smtp_read_extensions(text);
	if (smtp_address_is_plain(text) && strpbrk(text, " \r\n<>\"\\"))
		abort();
	stuff((const char *)data, size);
	return 0;
}
