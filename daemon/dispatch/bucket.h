/*
 * A token bucket: so many sends a minute, that number at once. Times are monotonic
 * milliseconds.
 */
#pragma once

#include <stdint.h>

struct bucket {
	int per_minute;
	int64_t level; /* in 60000ths of a token */
	int64_t filled_at;
};

struct bucket bucket_full(int per_minute, int64_t now_ms);
/* Milliseconds until there is a token; 0 there is one. */
int64_t bucket_wait_ms(struct bucket *b, int64_t now_ms);
/* Takes the token that bucket_wait_ms has seen. */
void bucket_take(struct bucket *b);
/* Takes up to n tokens that were used before. */
void bucket_drain(struct bucket *b, int64_t n);
