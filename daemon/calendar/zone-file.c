#include "calendar/zone-file.h"

#include <stdbool.h>
#include <string.h>

#include "base/mem.h"
#include "calendar/zone-rule.h"

#define HEAD_SIZE 44

struct zone_file {
	size_t count; /* changes */
	int64_t *at;
	int32_t *offset; /* from that change on */
	int32_t first;	 /* before the first change */
	bool has_rule;
	struct zone_rule rule; /* after the last change */
};

struct head {
	size_t isut, isstd, leap, time, type, chars;
};

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t be64(const uint8_t *p)
{
	return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

static bool read_head(const uint8_t *p, size_t len, struct head *ret)
{
	if (len < HEAD_SIZE || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
		return false;
	*ret = (struct head){be32(p + 20), be32(p + 24), be32(p + 28), be32(p + 32),
		be32(p + 36), be32(p + 40)};
	return ret->isut <= 256 && ret->isstd <= 256 && ret->leap <= 10000 &&
	       ret->time <= 100000 && ret->type >= 1 && ret->type <= 256 &&
	       ret->chars <= 10000;
}

/* Bytes of a data block whose times have the width given. */
static size_t block_size(const struct head *h, size_t width)
{
	return h->time * (width + 1) + h->type * 6 + h->chars + h->leap * (width + 4) +
	       h->isstd + h->isut;
}

static bool read_changes(struct zone_file *z, const struct head *h, const uint8_t *p)
{
	const uint8_t *kinds = p + h->time * 8;
	const uint8_t *types = kinds + h->time;

	z->first = (int32_t)be32(types);
	z->count = h->time;
	z->at = xcalloc(h->time + 1, sizeof(*z->at));
	z->offset = xcalloc(h->time + 1, sizeof(*z->offset));
	for (size_t i = 0; i < h->time; i++) {
		if (kinds[i] >= h->type)
			return false;
		z->at[i] = be64(p + i * 8);
		z->offset[i] = (int32_t)be32(types + (size_t)kinds[i] * 6);
		if (i && z->at[i] <= z->at[i - 1])
			return false;
	}
	return true;
}

/* The line between two line ends after the data; it may be empty. */
static bool read_rule(struct zone_file *z, const uint8_t *p, size_t len)
{
	const uint8_t *end = len ? memchr(p + 1, '\n', len - 1) : NULL;

	if (!end || *p != '\n')
		return false;
	str_auto *rule = xstrndup((const char *)p + 1, (size_t)(end - p - 1));
	if (!*rule)
		return true;
	z->has_rule = zone_rule_parse(rule, &z->rule);
	return z->has_rule;
}

struct zone_file *zone_file_parse(const void *bytes, size_t len)
{
	const uint8_t *p = bytes;
	struct head h;

	if (!read_head(p, len, &h) || len - HEAD_SIZE < block_size(&h, 4))
		return NULL;
	size_t skip = HEAD_SIZE + block_size(&h, 4);
	p += skip;
	len -= skip;
	if (!read_head(p, len, &h) || len - HEAD_SIZE < block_size(&h, 8))
		return NULL;
	zone_file_auto *z = xcalloc(1, sizeof(*z));
	if (!read_changes(z, &h, p + HEAD_SIZE))
		return NULL;
	skip = HEAD_SIZE + block_size(&h, 8);
	if (!read_rule(z, p + skip, len - skip))
		return NULL;
	return TAKE(z);
}

int zone_file_offset(const struct zone_file *z, int64_t at)
{
	size_t low = 0;
	size_t high = z->count;

	if (z->has_rule && (!z->count || at >= z->at[z->count - 1]))
		return zone_rule_offset(&z->rule, at);
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (z->at[middle] <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? z->offset[low - 1] : z->first;
}

void zone_file_free(struct zone_file *z)
{
	if (!z)
		return;
	free(z->at);
	free(z->offset);
	free(z);
}
