#include "reader/file-zip.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#define PIECE 65536
/* Below this a high ratio is a form with much white space. */
#define RATIO_FROM ((int64_t)10 << 20)
#define ZIP_MAGIC "PK\3\4"

/* What a zip and all within it have used up together. */
struct budget {
	int entries;
	int64_t bytes;
	size_t packed; /* of the outermost one */
	int depth;
};

struct zip {
	const struct file_limits *limits;
	struct archive *archive;
	struct archive_entry *entry;
	struct budget own; /* of the outermost one */
	struct budget *used;
	enum zip_state state;
	bool is_at_end; /* of the entry at hand */
	bool is_read;	/* a part of it was given out */
	size_t passed;
};

static struct zip *open_within(const void *bytes, size_t len,
	const struct file_limits *limits, struct budget *used)
{
	struct zip *z = xcalloc(1, sizeof(*z));

	z->limits = limits;
	z->own = (struct budget){.packed = len};
	z->used = used ? used : &z->own;
	z->is_at_end = true;
	z->archive = archive_read_new();
	if (!z->archive ||
		archive_read_support_format_zip_seekable(z->archive) != ARCHIVE_OK ||
		archive_read_open_memory(z->archive, bytes, len) != ARCHIVE_OK)
		z->state = ZIP_DAMAGED;
	return z;
}

struct zip *zip_open(const void *bytes, size_t len, const struct file_limits *limits)
{
	return open_within(bytes, len, limits, NULL);
}

static bool is_over(const struct zip *z)
{
	const struct budget *used = z->used;
	int64_t most = (int64_t)used->packed * z->limits->archive_ratio;

	return used->entries > z->limits->archive_entries ||
	       used->bytes > z->limits->archive_bytes ||
	       (used->bytes > RATIO_FROM && used->bytes > most);
}

size_t zip_read(struct zip *z, char *to, size_t size)
{
	if (z->state != ZIP_OK || z->is_at_end)
		return 0;
	la_ssize_t n = archive_read_data(z->archive, to, size);
	z->is_read = true;
	if (n < 0) {
		z->state = archive_entry_is_data_encrypted(z->entry) ? ZIP_PASSWORD
								     : ZIP_DAMAGED;
		return 0;
	}
	z->is_at_end = n == 0;
	mapping_passed(z->limits->mapping, &z->passed, (size_t)n);
	z->used->bytes += n;
	if (is_over(z))
		z->state = ZIP_BOMB;
	return z->state == ZIP_OK ? (size_t)n : 0;
}

static void look_through(struct zip *z);

/* An entry that is a zip itself. */
static void look_within(struct zip *z, const struct buf *inner)
{
	if (++z->used->depth > z->limits->archive_depth) {
		z->state = ZIP_BOMB;
		return;
	}
	zip_auto *within = open_within(inner->data, inner->len, z->limits, z->used);
	while (zip_next(within))
		look_through(within);
	z->used->depth--;
	/* What is only packed along may be damaged or locked: it is not what is read.
	 */
	if (within->state == ZIP_BOMB)
		z->state = ZIP_BOMB;
}

/* What nobody reads is unpacked all the same: a bomb is one before it is opened. */
static void look_through(struct zip *z)
{
	buf_auto inner = BUF_EMPTY;
	char piece[PIECE];
	size_t n = 0;
	bool is_zip = false;

	if (z->is_read)
		while (zip_read(z, piece, sizeof(piece)) > 0)
			;
	while ((n = zip_read(z, piece, sizeof(piece))) > 0) {
		if (inner.len == 0)
			is_zip = n > 4 && memcmp(piece, ZIP_MAGIC, 4) == 0;
		if (is_zip)
			buf_add(&inner, piece, n);
	}
	if (is_zip && z->state == ZIP_OK)
		look_within(z, &inner);
}

bool zip_next(struct zip *z)
{
	if (z->state == ZIP_OK && !z->is_at_end)
		look_through(z);
	if (z->state != ZIP_OK)
		return false;
	int r = archive_read_next_header(z->archive, &z->entry);
	if (r == ARCHIVE_EOF)
		return false;
	z->used->entries++;
	if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
		z->state = ZIP_DAMAGED;
	else if (archive_entry_is_encrypted(z->entry))
		z->state = ZIP_PASSWORD;
	else if (is_over(z))
		z->state = ZIP_BOMB;
	z->is_at_end = z->is_read = false;
	return z->state == ZIP_OK;
}

const char *zip_name(const struct zip *z)
{
	const char *name = archive_entry_pathname_utf8(z->entry);

	if (!name)
		name = archive_entry_pathname(z->entry);
	return name ? name : "";
}

enum zip_state zip_state(const struct zip *z)
{
	return z->state;
}

void zip_close(struct zip *z)
{
	if (!z)
		return;
	archive_read_free(z->archive);
	free(z);
}
