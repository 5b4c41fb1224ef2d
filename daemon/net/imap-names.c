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

/* ---- and back ---- */

static void add_utf8(struct buf *to, uint32_t c)
{
	if (c < 0x80) {
		buf_add_char(to, (char)c);
	} else if (c < 0x800) {
		buf_add_char(to, (char)(0xc0 | c >> 6));
		buf_add_char(to, (char)(0x80 | (c & 63)));
	} else if (c < 0x10000) {
		buf_add_char(to, (char)(0xe0 | c >> 12));
		buf_add_char(to, (char)(0x80 | (c >> 6 & 63)));
		buf_add_char(to, (char)(0x80 | (c & 63)));
	} else {
		buf_add_char(to, (char)(0xf0 | c >> 18));
		buf_add_char(to, (char)(0x80 | (c >> 12 & 63)));
		buf_add_char(to, (char)(0x80 | (c >> 6 & 63)));
		buf_add_char(to, (char)(0x80 | (c & 63)));
	}
}

/* UTF-16 units to characters; a half of a pair waits for its other half. */
static void add_unit(struct buf *to, uint32_t unit, uint32_t *high)
{
	if (*high && unit >= 0xdc00 && unit < 0xe000)
		add_utf8(to, 0x10000 + ((*high - 0xd800) << 10) + (unit - 0xdc00));
	else if (unit < 0xd800 || unit >= 0xdc00)
		add_utf8(to, unit);
	*high = unit >= 0xd800 && unit < 0xdc00 ? unit : 0;
}

/* Behind "&", up to and with "-". False where it is no run. */
static bool take_run(const char **at, struct buf *to)
{
	uint32_t bits = 0, high = 0;
	int bit_count = 0;

	for (; **at && **at != '-'; (*at)++) {
		const char *digit = strchr(base64_modified, **at);
		if (!digit)
			return false;
		bits = (bits << 6 | (uint32_t)(digit - base64_modified)) & 0x3fffff;
		bit_count += 6;
		if (bit_count >= 16) {
			bit_count -= 16;
			add_unit(to, bits >> bit_count & 0xffff, &high);
		}
	}
	if (!**at)
		return false;
	(*at)++;
	return true;
}

char *folder_from_wire(const char *name, char delimiter)
{
	buf_auto to = BUF_EMPTY;
	struct err ignored = ERR_INIT;

	for (const char *at = name; *at;) {
		char c = *at++;

		if (c == '&' && *at == '-')
			at++;
		else if (c == '&') {
			if (!take_run(&at, &to))
				return NULL;
			continue;
		}
		buf_add_char(&to, delimiter && c == delimiter ? '/' : c);
	}
	str_auto *again = folder_to_wire(buf_str(&to), delimiter, &ignored);
	return again && !strcmp(again, name) ? buf_steal(&to) : NULL;
}
