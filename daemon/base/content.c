#include "base/content.h"

#include <string.h>

#include "base/hash.h"

#define PIECE ((size_t)1 << 20)

static int read_memory(
	void *source, uint64_t at, void *to, size_t size, struct err *err)
{
	const struct content_bytes *b = source;

	(void)err;
	memcpy(to, (const char *)b->bytes + at, size);
	return 0;
}

struct content content_of_bytes(const struct content_bytes *b)
{
	return (struct content){
		.size = b->len, .read = read_memory, .source = (void *)b};
}

static int read_part(void *source, uint64_t at, void *to, size_t size, struct err *err)
{
	const struct content_part *part = source;

	return part->of->read(part->of->source, part->at + at, to, size, err);
}

struct content content_part_of(const struct content_part *part)
{
	return (struct content){
		.size = part->size, .read = read_part, .source = (void *)part};
}

int content_next(struct content_walk *w, struct err *err)
{
	uint64_t left = w->of->size - w->at;
	size_t n = left < PIECE ? (size_t)left : PIECE;

	buf_clear(&w->piece);
	if (!n)
		return 0;
	if (w->of->read(w->of->source, w->at, buf_reserve(&w->piece, n), n, err) < 0)
		return -1;
	w->piece.len = n;
	w->at += n;
	return 1;
}

void content_walk_end(struct content_walk *w)
{
	buf_deinit(&w->piece);
}

int content_hash(const struct content *content, char *ret_hex, struct err *err)
{
	content_walk_auto w = {.of = content};
	struct hash *hash = hash_new();
	int got;

	while ((got = content_next(&w, err)) > 0)
		hash_add(hash, w.piece.data, w.piece.len);
	hash_end(hash, ret_hex);
	return got;
}

int content_join(const struct content *content, struct buf *ret, struct err *err)
{
	size_t n = (size_t)content->size;

	if (content->read(content->source, 0, buf_reserve(ret, n), n, err) < 0)
		return -1;
	ret->len += n;
	ret->data[ret->len] = '\0';
	return 0;
}

static int add_to_buf(void *to, const void *bytes, size_t len, struct err *err)
{
	(void)err;
	buf_add(to, bytes, len);
	return 0;
}

struct sink sink_of(struct buf *to)
{
	return (struct sink){.add = add_to_buf, .to = to};
}
