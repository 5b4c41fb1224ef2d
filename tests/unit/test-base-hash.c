#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* FIPS 180-2, appendix B */
static const struct {
	const char *in;
	const char *hex;
} vectors[] = {
	{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
	{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

static void sha256_agrees_with_the_standard(void **state)
{
	char hex[HASH_HEX_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(vectors); i++) {
		hash_hex(vectors[i].in, strlen(vectors[i].in), hex);
		assert_string_equal(hex, vectors[i].hex);
	}
}

static void a_hash_in_pieces_is_the_hash_of_the_whole(void **state)
{
	char hex[HASH_HEX_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(vectors); i++) {
		struct hash *h = hash_new();
		for (const char *s = vectors[i].in; *s; s++)
			hash_add(h, s, 1);
		hash_end(h, hex);
		assert_string_equal(hex, vectors[i].hex);
	}
}

static void random_names_are_hex_and_differ(void **state)
{
	str_auto *a = hash_random_hex(16);
	str_auto *b = hash_random_hex(16);
	str_auto *none = hash_random_hex(0);
	uint8_t key_a[HASH_KEY_SIZE];
	uint8_t key_b[HASH_KEY_SIZE];

	(void)state;
	assert_int_equal(strlen(a), 32);
	assert_int_equal(strspn(a, "0123456789abcdef"), 32);
	assert_string_not_equal(a, b);
	assert_string_equal(none, "");
	hash_random_key(key_a);
	hash_random_key(key_b);
	assert_memory_not_equal(key_a, key_b, HASH_KEY_SIZE);
}

/* HMAC-SHA-256 as computed by another implementation, in base32, cut at 20 */
static void tokens_are_hmac_sha_256(void **state)
{
	uint8_t counting[HASH_KEY_SIZE];
	uint8_t zero[HASH_KEY_SIZE] = {0};
	const struct {
		const uint8_t *key;
		const char *name;
		const char *token;
	} cases[] = {
		{counting, "meeting/2026-000123", "yikp2qmhlsdmiipc5ohk"},
		{counting, "", "2ofueclnqd2f7atlisu5"},
		{zero, "meeting/2026-000123", "zjaxyzydp75dducz3t2x"},
	};

	(void)state;
	for (size_t i = 0; i < HASH_KEY_SIZE; i++)
		counting[i] = (uint8_t)i;
	for (size_t i = 0; i < COUNT(cases); i++) {
		str_auto *token = token_make(cases[i].key, cases[i].name);
		assert_string_equal(token, cases[i].token);
	}
}

static void only_the_right_token_is_valid(void **state)
{
	uint8_t key[HASH_KEY_SIZE] = {1};
	uint8_t other[HASH_KEY_SIZE] = {2};
	str_auto *token = token_make(key, "letter/7");
	str_auto *longer = xasprintf("%sa", token);
	str_auto *shorter = xstrndup(token, 19);

	(void)state;
	assert_true(token_is_valid(key, "letter/7", token));
	assert_false(token_is_valid(other, "letter/7", token));
	assert_false(token_is_valid(key, "letter/8", token));
	assert_false(token_is_valid(key, "letter/7", longer));
	assert_false(token_is_valid(key, "letter/7", shorter));
	assert_false(token_is_valid(key, "letter/7", ""));
	for (size_t i = 0; i < 20; i++) {
		str_auto *wrong = xstrdup(token);
		wrong[i] = wrong[i] == 'a' ? 'b' : 'a';
		assert_false(token_is_valid(key, "letter/7", wrong));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_agrees_with_the_standard),
		cmocka_unit_test(a_hash_in_pieces_is_the_hash_of_the_whole),
		cmocka_unit_test(random_names_are_hex_and_differ),
		cmocka_unit_test(tokens_are_hmac_sha_256),
		cmocka_unit_test(only_the_right_token_is_valid),
	};

	return cmocka_run_group_tests_name("base/hash", tests, NULL, NULL);
}
