#include "net/imap-names.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

static const char base64_modified[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789+,";

/* A run of characters outside ASCII: UTF-16 units as base64 between & and -. */
struct run {
	uint32_t bits;
	int bit_count;
	bool is_open;
};

static void run_add_unit(struct run *run, uint32_t unit, struct buf *to)
{
	if (!run->is_open)
		buf_add_char(to, '&');
	run->is_open = true;
	/* At most 5 bits are left over from the unit before. */
	run->bits = (run->bits << 16 | unit) & 0x1fffff;
	run->bit_count += 16;
	while (run->bit_count >= 6) {
		run->bit_count -= 6;
		buf_add_char(to, base64_modified[run->bits >> run->bit_count & 63]);
	}
}

static void run_add(struct run *run, uint32_t c, struct buf *to)
{
	if (c >= 0x10000) {
		run_add_unit(run, 0xd800 + ((c - 0x10000) >> 10), to);
		c = 0xdc00 + ((c - 0x10000) & 0x3ff);
	}
	run_add_unit(run, c, to);
}

static void run_end(struct run *run, struct buf *to)
{
	if (run->bit_count)
		buf_add_char(
			to, base64_modified[run->bits << (6 - run->bit_count) & 63]);
	if (run->is_open)
		buf_add_char(to, '-');
	*run = (struct run){0};
}

static void add_ascii(char c, char delimiter, struct buf *to)
{
	if (c == '&')
		buf_add_str(to, "&-");
	else if (c == '/' && delimiter)
		buf_add_char(to, delimiter);
	else
		buf_add_char(to, c == delimiter ? '_' : c);
}

char *folder_to_wire(const char *name, char delimiter, struct err *err)
{
	const char *at = name, *end = name + strlen(name);
	struct run run = {0};
	buf_auto to = BUF_EMPTY;

	if (!*name || !text_is_utf8(name, strlen(name)) ||
		text_has_controls(name, strlen(name))) {
		err_set(err, ERR_PERM, "a folder name that cannot be one");
		return NULL;
	}
	while (at < end) {
		uint32_t c = text_next_char(&at, end);

		if (c >= 0x80) {
			run_add(&run, c, &to);
			continue;
		}
		run_end(&run, &to);
		add_ascii((char)c, delimiter, &to);
	}
	run_end(&run, &to);
	return buf_steal(&to);
}
