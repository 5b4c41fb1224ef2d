#include "dispatch/bucket.h"

#define TOKEN 60000 /* so that a millisecond adds per_minute */

struct bucket bucket_full(int per_minute, int64_t now_ms)
{
	return (struct bucket){.per_minute = per_minute,
		.level = (int64_t)per_minute * TOKEN,
		.filled_at = now_ms};
}

int64_t bucket_wait_ms(struct bucket *b, int64_t now_ms)
{
	int64_t full = (int64_t)b->per_minute * TOKEN;
	int64_t passed = now_ms - b->filled_at;

	b->filled_at = now_ms;
	b->level = passed > TOKEN ? full : b->level + passed * b->per_minute;
	if (b->level > full)
		b->level = full;
	if (b->level >= TOKEN)
		return 0;
	return (TOKEN - b->level + b->per_minute - 1) / b->per_minute;
}

void bucket_take(struct bucket *b)
{
	b->level -= TOKEN;
}

void bucket_drain(struct bucket *b, int64_t n)
{
	b->level = n < b->per_minute ? b->level - n * TOKEN : 0;
	if (b->level < 0)
		b->level = 0;
}
