/* Bytes that are read by and by, from memory and from files without a name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mapping.h"
#include "base/mem.h"
#include "base/spool.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define LARGE ((size_t)3000 * 1000)

static char *make_bytes(void)
{
	char *bytes = xmalloc(LARGE);

	for (size_t i = 0; i < LARGE; i++)
		bytes[i] = (char)(i * 13 + i / 251);
	return bytes;
}

static void pieces_make_the_whole_whatever_its_size(void **state)
{
	static const size_t sizes[] = {
		0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, LARGE};
	str_auto *bytes = make_bytes();
	(void)state;

	for (size_t i = 0; i < COUNT(sizes); i++) {
		const struct content content = CONTENT_OF(bytes, sizes[i]);
		content_walk_auto w = {.of = &content};
		struct err err = ERR_INIT;
		size_t at = 0;
		int got;
		while ((got = content_next(&w, &err)) > 0) {
			assert_true(w.piece.len > 0);
			assert_memory_equal(w.piece.data, bytes + at, w.piece.len);
			at += w.piece.len;
			assert_int_equal(w.at, at);
		}
		assert_int_equal(got, 0);
		assert_int_equal(at, sizes[i]);
	}
}

static void a_hash_is_that_of_the_whole(void **state)
{
	str_auto *bytes = make_bytes();
	const struct content content = CONTENT_OF(bytes, LARGE);
	struct err err = ERR_INIT;
	char by_pieces[HASH_HEX_SIZE];
	char at_once[HASH_HEX_SIZE];
	(void)state;

	hash_hex(bytes, LARGE, at_once);
	assert_int_equal(content_hash(&content, by_pieces, &err), 0);
	assert_string_equal(by_pieces, at_once);
}

static void a_spool_holds_what_was_put_into_it_and_then_something_else(void **state)
{
	str_auto *bytes = make_bytes();
	const struct content content = CONTENT_OF(bytes, LARGE);
	spool_auto s = SPOOL_NONE;
	struct err err = ERR_INIT;
	(void)state;

	assert_int_equal(spool_open(&s, "/tmp", &err), 0);
	const struct sink sink = spool_sink(&s);
	for (int i = 0; i < 2; i++) {
		buf_auto back = BUF_EMPTY;
		assert_int_equal(sink.add(sink.to, "first", 5, &err), 0);
		assert_int_equal(spool_add(&s, &content, &err), 0);
		const struct content all = spool_content(&s);
		assert_int_equal(all.size, LARGE + 5);
		assert_int_equal(content_join(&all, &back, &err), 0);
		assert_memory_equal(back.data, "first", 5);
		assert_memory_equal(back.data + 5, bytes, LARGE);
		assert_int_equal(spool_clear(&s, &err), 0);
		assert_int_equal(spool_content(&s).size, 0);
	}
}

static void a_stretch_is_read_as_if_it_were_all(void **state)
{
	const struct content whole = CONTENT_OF("abcdefgh", 8);
	const struct content_part part = {&whole, 2, 4};
	const struct content content = content_part_of(&part);
	buf_auto back = BUF_EMPTY;
	struct err err = ERR_INIT;
	(void)state;

	assert_int_equal(content_join(&content, &back, &err), 0);
	assert_string_equal(buf_str(&back), "cdef");
}

static void who_gets_a_spool_reads_it_from_the_start_and_cannot_write(void **state)
{
	const struct content content = CONTENT_OF("abc", 3);
	spool_auto s = SPOOL_NONE;
	struct err err = ERR_INIT;
	char back[8];
	(void)state;

	assert_int_equal(spool_open(&s, "/tmp", &err), 0);
	assert_int_equal(spool_add(&s, &content, &err), 0);
	fd_auto fd = spool_reopen(&s, &err);
	assert_int_equal(read(fd, back, sizeof(back)), 3);
	assert_memory_equal(back, "abc", 3);
	assert_int_equal(write(fd, "x", 1), -1);
}

static void a_file_is_read_as_memory_over_and_over(void **state)
{
	str_auto *bytes = make_bytes();
	const struct content content = CONTENT_OF(bytes, LARGE);
	spool_auto s = SPOOL_NONE;
	struct mapping m = MAPPING_NONE;
	struct err err = ERR_INIT;
	size_t so_far = 0;
	(void)state;

	assert_int_equal(mapping_open(&m, -1, 1, &err), -1);
	mapping_passed(&m, &so_far, 2 << 20);
	mapping_passed(NULL, &so_far, 2 << 20);
	assert_int_equal(spool_open(&s, "/tmp", &err), 0);
	assert_int_equal(spool_add(&s, &content, &err), 0);
	assert_int_equal(mapping_open(&m, s.fd, LARGE, &err), 0);
	for (int i = 0; i < 5; i++) {
		assert_memory_equal(m.bytes, bytes, LARGE);
		mapping_passed(&m, &so_far, LARGE);
	}
	mapping_close(&m);
}

static void what_cannot_be_had_is_a_passing_trouble(void **state)
{
	const struct content content = CONTENT_OF("abc", 3);
	spool_auto s = SPOOL_NONE;
	struct err err = ERR_INIT;
	char to[4];
	(void)state;

	assert_int_equal(spool_open(&s, "/nonexistent", &err), -1);
	assert_int_equal(err.kind, ERR_TEMP);
	assert_int_equal(spool_open(&s, "/tmp", &err), 0);
	assert_int_equal(spool_add(&s, &content, &err), 0);
	const struct content all = spool_content(&s);
	err = (struct err)ERR_INIT;
	assert_int_equal(all.read(all.source, 0, to, 4, &err), -1);
	assert_int_equal(err.kind, ERR_TEMP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_make_the_whole_whatever_its_size),
		cmocka_unit_test(a_hash_is_that_of_the_whole),
		cmocka_unit_test(
			a_spool_holds_what_was_put_into_it_and_then_something_else),
		cmocka_unit_test(a_stretch_is_read_as_if_it_were_all),
		cmocka_unit_test(
			who_gets_a_spool_reads_it_from_the_start_and_cannot_write),
		cmocka_unit_test(a_file_is_read_as_memory_over_and_over),
		cmocka_unit_test(what_cannot_be_had_is_a_passing_trouble),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
