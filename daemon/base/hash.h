/*
 * SHA-256 (nettle), random names and HMAC tokens (libsodium). A token proves that a
 * name was given out by us: it is quoted back in In-Reply-To and References.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HASH_HEX_SIZE 65
#define HASH_KEY_SIZE 32

struct hash; /* a running SHA-256 */

struct hash *hash_new(void);
void hash_add(struct hash *h, const void *bytes, size_t len);
/* Ends it and frees h. */
void hash_end(struct hash *h, char ret_hex[HASH_HEX_SIZE]);
void hash_free(struct hash *h);

void hash_hex(const void *bytes, size_t len, char ret_hex[HASH_HEX_SIZE]);
/* n random bytes as 2n lower-case hex digits; the caller frees. */
char *hash_random_hex(size_t n);
void hash_random_key(uint8_t ret_key[HASH_KEY_SIZE]);

/* 20 lower-case base32 characters of HMAC-SHA-256(key, name); the caller frees. */
char *token_make(const uint8_t key[HASH_KEY_SIZE], const char *name);
/* In constant time. */
bool token_is_valid(
	const uint8_t key[HASH_KEY_SIZE], const char *name, const char *token);
