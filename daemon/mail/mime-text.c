#include "mail/mime-text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "base/mem.h"
#include "mail/encode.h"

#define LINES_AT_ONCE 4096 /* 228 KiB of a file */
#define LINE (BASE64_LINE / 3 * 4 + 2)

/* A file among the words. */
struct mime_place {
	uint64_t at; /* of its first letter in the whole */
	uint64_t size;
	struct content file;
};

static size_t least(uint64_t a, uint64_t b)
{
	return (size_t)(a < b ? a : b);
}

static uint64_t encoded_size(uint64_t size)
{
	uint64_t rest = size % BASE64_LINE;

	return size / BASE64_LINE * LINE + (rest ? (rest + 2) / 3 * 4 + 2 : 0);
}

static uint64_t files_size(const struct mime_text *t)
{
	uint64_t size = 0;

	for (size_t i = 0; i < t->count; i++)
		size += t->places[i].size;
	return size;
}

void mime_text_add_file(struct mime_text *t, const struct content *file)
{
	t->places = xrealloc(t->places, (t->count + 1) * sizeof(*t->places));
	t->places[t->count] = (struct mime_place){.at = t->words.len + files_size(t),
		.size = encoded_size(file->size),
		.file = *file};
	t->count++;
}

/* Whole lines are made, and the stretch wanted is taken out of them. How many bytes, or
 * -1. */
static ssize_t read_file(const struct mime_place *place, uint64_t at, char *to,
	size_t size, struct err *err)
{
	const struct content *file = &place->file;
	uint64_t from = at / LINE * BASE64_LINE;
	size_t skip = (size_t)(at % LINE);
	size_t lines = least((skip + size + LINE - 1) / LINE, LINES_AT_ONCE);
	size_t len = least(file->size - from, lines * BASE64_LINE);
	buf_auto raw = BUF_EMPTY;
	buf_auto letters = BUF_EMPTY;

	if (file->read(file->source, from, buf_reserve(&raw, len), len, err) < 0)
		return -1;
	encode_base64(&letters, raw.data, len);
	size_t n = least(letters.len - skip, size);
	memcpy(to, letters.data + skip, n);
	return (ssize_t)n;
}

/* From at on, as far as one of the words or files goes. How many bytes, or -1. */
static ssize_t read_some(
	const struct mime_text *t, uint64_t at, char *to, size_t size, struct err *err)
{
	uint64_t files = 0; /* bytes of them before at */
	uint64_t end = t->size;

	for (size_t i = 0; i < t->count; i++) {
		const struct mime_place *place = &t->places[i];
		if (at < place->at) {
			end = place->at;
			break;
		}
		if (at < place->at + place->size)
			return read_file(place, at - place->at, to, size, err);
		files += place->size;
	}
	size_t n = least(end - at, size);
	memcpy(to, t->words.data + (at - files), n);
	return (ssize_t)n;
}

static int read_text(void *source, uint64_t at, void *to, size_t size, struct err *err)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = read_some(
			source, at + done, (char *)to + done, size - done, err);
		if (n < 0)
			return -1;
		done += (size_t)n;
	}
	return 0;
}

struct content mime_text_content(struct mime_text *t)
{
	t->size = t->words.len + files_size(t);
	return (struct content){.size = t->size, .read = read_text, .source = t};
}

void mime_text_deinit(struct mime_text *t)
{
	buf_deinit(&t->words);
	free(t->places);
	*t = MIME_TEXT_EMPTY;
}
