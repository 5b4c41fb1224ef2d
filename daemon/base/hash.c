#include "base/hash.h"

#include <nettle/sha2.h>
#include <sodium.h>
#include <string.h>

#include "base/mem.h"

#define TOKEN_CHARS 20

/* nettle's: it uses the processor's own instructions, which libsodium's does not. */
struct hash {
	struct sha256_ctx state;
};

/* sodium_init does its work once and is nearly free after that. */
static void need_sodium(void)
{
	if (sodium_init() < 0)
		abort();
}

struct hash *hash_new(void)
{
	struct hash *h = xmalloc(sizeof(*h));

	sha256_init(&h->state);
	return h;
}

void hash_add(struct hash *h, const void *bytes, size_t len)
{
	sha256_update(&h->state, len, bytes);
}

void hash_end(struct hash *h, char ret_hex[HASH_HEX_SIZE])
{
	uint8_t sum[SHA256_DIGEST_SIZE];

	sha256_digest(&h->state, sizeof(sum), sum);
	sodium_bin2hex(ret_hex, HASH_HEX_SIZE, sum, sizeof(sum));
	hash_free(h);
}

void hash_free(struct hash *h)
{
	free(h);
}

void hash_hex(const void *bytes, size_t len, char ret_hex[HASH_HEX_SIZE])
{
	struct hash *h = hash_new();

	hash_add(h, bytes, len);
	hash_end(h, ret_hex);
}

char *hash_random_hex(size_t n)
{
	uint8_t *bytes = xmalloc(n);
	char *hex = xmalloc(2 * n + 1);

	need_sodium();
	randombytes_buf(bytes, n);
	sodium_bin2hex(hex, 2 * n + 1, bytes, n);
	free(bytes);
	return hex;
}

void hash_random_key(uint8_t ret_key[HASH_KEY_SIZE])
{
	need_sodium();
	randombytes_buf(ret_key, HASH_KEY_SIZE);
}

/* The alphabet of RFC 4648, 6, in lower case: mail systems may fold case. */
static void to_base32(const uint8_t *bytes, char ret[TOKEN_CHARS + 1])
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
	unsigned int bits = 0;
	unsigned int have = 0;

	for (size_t i = 0; i < TOKEN_CHARS; i++) {
		if (have < 5) {
			bits = (bits << 8 | *bytes++) & 0xfff;
			have += 8;
		}
		have -= 5;
		ret[i] = digits[bits >> have & 31];
	}
	ret[TOKEN_CHARS] = '\0';
}

char *token_make(const uint8_t key[HASH_KEY_SIZE], const char *name)
{
	crypto_auth_hmacsha256_state state;
	uint8_t mac[crypto_auth_hmacsha256_BYTES];
	char *token = xmalloc(TOKEN_CHARS + 1);

	need_sodium();
	crypto_auth_hmacsha256_init(&state, key, HASH_KEY_SIZE);
	crypto_auth_hmacsha256_update(&state, (const uint8_t *)name, strlen(name));
	crypto_auth_hmacsha256_final(&state, mac);
	sodium_memzero(&state, sizeof(state));
	to_base32(mac, token);
	return token;
}

bool token_is_valid(
	const uint8_t key[HASH_KEY_SIZE], const char *name, const char *token)
{
	if (strlen(token) != TOKEN_CHARS)
		return false;
	str_auto *right = token_make(key, name);
	return sodium_memcmp(right, token, TOKEN_CHARS) == 0;
}
