#include "reader/reader.h"

#include <fcntl.h>
#include <jansson.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/child.h"
#include "base/frame.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mapping.h"
#include "base/mem.h"
#include "base/sandbox.h"
#include "calendar/calendar-read.h"
#include "mail/mail-read.h"
#include "reader/file-check.h"
#include "reader/file-tnef.h"
#include "reader/read-caldav.h"
#include "reader/read-mail.h"

#define MEMORY_DEFAULT_MIB 512
#define MEMORY_MAX_MIB 65536
#define MIB ((size_t)1 << 20)
#define MALLOC_LARGE (1 << 20)
#define QUESTION_MAX (1 << 16) /* bytes of a question's JSON */

struct question {
	json_t *json;
	struct buf content;
	struct mapping file; /* that holds the content instead */
	const char *bytes;   /* the one or the other */
	size_t len;
};
#define QUESTION_NONE ((struct question){NULL, BUF_EMPTY, MAPPING_NONE, NULL, 0})

static void question_deinit(struct question *q)
{
	json_decref(q->json);
	buf_deinit(&q->content);
	mapping_close(&q->file);
}
#define question_auto __attribute__((cleanup(question_deinit))) struct question

/* What is large lies in the file that the asker has lent us. */
static int find_content(struct question *q, struct err *err)
{
	json_int_t in_file = json_int_or(q->json, "in_file", 0);
	q->bytes = buf_str(&q->content);
	q->len = q->content.len;
	if (in_file <= 0)
		return 0;
	q->len = (size_t)in_file;
	/* A NUL stands behind it, as behind bytes in memory. */
	int status = mapping_open(&q->file, CHILD_FD, q->len + 1, err);
	q->bytes = q->file.bytes;
	return status;
}

/* 1 a question, 0 nobody asks any more, -1. */
static int read_question(struct question *ret, struct err *err)
{
	buf_auto frame = BUF_EMPTY;
	enum frame_type type = FRAME_BYTES;
	while (type != FRAME_END) {
		int got = frame_read(STDIN_FILENO, &type, &frame, err);
		if (got <= 0)
			return got;
		if (type == FRAME_BYTES)
			buf_add(&ret->content, frame.data, frame.len);
		if (type == FRAME_JSON && !ret->json && frame.len < QUESTION_MAX)
			ret->json = json_loadb(frame.data, frame.len, 0, NULL);
	}
	return json_is_object(ret->json) && find_content(ret, err) == 0 ? 1 : -1;
}

/* A reply that is longer than a frame goes as bytes. */
static int write_reply(
	int out, const json_t *reply, const struct buf *bytes, struct err *err)
{
	static const char in_bytes[] = "{\"json\": \"in bytes\"}";
	str_auto *text = json_text(reply);
	size_t len = strlen(text);
	bool fits = len <= FRAME_MAX;
	if (frame_write(out, FRAME_JSON, fits ? text : in_bytes,
		    fits ? len : strlen(in_bytes), err) < 0)
		return -1;
	if (!fits && frame_write_all(out, text, len, err) < 0)
		return -1;
	if (bytes->len > 0 && frame_write_all(out, bytes->data, bytes->len, err) < 0)
		return -1;
	return frame_write(out, FRAME_END, "", 0, err);
}

static json_t *read_calendar(
	const struct question *q, const struct reader_limits *limits)
{
	const struct calendar_window window = {
		.from = json_int_or(q->json, "from", 0),
		.to = json_int_or(q->json, "to", 0),
		.zone = json_str_or(q->json, "zone", "Europe/Stockholm"),
		.in_words = json_bool_or(q->json, "in_words", false),
		.uid = json_str(q->json, "uid"),
	};
	return calendar_read(q->bytes, q->len, &limits->calendar, &window);
}

/* Its reply, piece by piece. */
struct part_reply {
	int out;
	bool is_begun;
};

static bool write_piece(void *context, const char *bytes, size_t len)
{
	static const char found[] = "{\"found\": true}";
	struct part_reply *r = context;
	struct err err = ERR_INIT;
	if (!r->is_begun &&
		frame_write(r->out, FRAME_JSON, found, strlen(found), &err) < 0)
		return false;
	r->is_begun = true;
	return frame_write_all(r->out, bytes, len, &err) == 0;
}

/* NULL: it is written already, but for its end. */
static json_t *read_part(
	const struct question *q, const struct reader_limits *limits, int out)
{
	struct part_reply reply = {.out = out};
	const char *sha256 = json_str_or(q->json, "sha256", "");
	if (mail_read_part(
		    q->bytes, q->len, &limits->mail, sha256, write_piece, &reply))
		return NULL;
	return json_pack("{s:s, s:s}", "broken", "broken-parse", "what",
		"no part of this content");
}

static json_t *read_mailed(
	const struct question *q, const struct reader_limits *limits, struct buf *ret)
{
	mail_calendars_auto texts = MAIL_CALENDARS_NONE;
	json_int_t index = json_int_or(q->json, "index", 0);

	json_decref(mail_read(q->bytes, q->len, &limits->mail, &texts));
	if (index < 0 || (size_t)index >= texts.count)
		return json_pack("{s:s, s:s}", "broken", "broken-parse", "what",
			"no such calendar in the mail");
	buf_add(ret, texts.list[index].data, texts.list[index].len);
	return json_pack("{s:b}", "found", 1);
}

static json_t *read_attachment(
	const struct question *q, const struct reader_limits *limits, struct buf *ret)
{
	const char *sha256 = json_str_or(q->json, "sha256", "");
	if (calendar_read_attachment(q->bytes, q->len, &limits->calendar, sha256, ret))
		return json_pack("{s:b}", "found", 1);
	return json_pack("{s:s, s:s}", "broken", "broken-parse", "what",
		"no attachment of this content");
}

static json_t *read_file(
	const struct question *q, const struct reader_limits *limits, struct buf *ret)
{
	return file_check(
		q->bytes, q->len, json_str_or(q->json, "name", ""), &limits->file, ret);
}

/* NULL: see read_part. */
static json_t *answer(const struct question *q, int out, struct buf *ret_bytes)
{
	struct reader_limits limits = reader_limits(json_object_get(q->json, "limits"));
	const char *what = json_str_or(q->json, "read", "");
	const char *zone = json_str_or(q->json, "zone", "Europe/Stockholm");
	limits.mail.without_parts = !json_bool_or(q->json, "parts", true);
	limits.mail.mapping = limits.file.mapping = &q->file;
	if (strcmp(what, "mail") == 0)
		return read_mail(q->bytes, q->len, &limits, zone);
	if (strcmp(what, "part") == 0)
		return read_part(q, &limits, out);
	if (strcmp(what, "calendar") == 0)
		return read_calendar(q, &limits);
	if (strcmp(what, "mailed") == 0)
		return read_mailed(q, &limits, ret_bytes);
	if (strcmp(what, "attachment") == 0)
		return read_attachment(q, &limits, ret_bytes);
	if (strcmp(what, "caldav") == 0)
		return read_caldav(q->bytes, q->len);
	if (strcmp(what, "file") == 0)
		return read_file(q, &limits, ret_bytes);
	if (strcmp(what, "tnef") == 0)
		return tnef_read(q->bytes, q->len, ret_bytes);
	return json_pack("{s:s, s:s}", "broken", "broken-parse", "what",
		"a question that is not known");
}

/* One question; what it took is given back before the next. */
static int turn(int out, struct err *err)
{
	question_auto q = QUESTION_NONE;
	buf_auto bytes = BUF_EMPTY;
	int got = read_question(&q, err);
	if (got <= 0)
		return got;
	json_auto_t *reply = answer(&q, out, &bytes);
	int status = reply ? write_reply(out, reply, &bytes, err)
			   : frame_write(out, FRAME_END, "", 0, err);
	return status < 0 ? -1 : 1;
}

/* Where a question has made the heap larger; giving back each time what the next one
 * takes again costs as much as reading a short mail. */
static void give_back(const char *heap_end)
{
	if ((const char *)sbrk(0) - heap_end > MALLOC_LARGE)
		malloc_trim(0);
}

/* Whatever loads something when first used is used here. */
static void warm_up(void)
{
	static const char mail[] =
		"From: =?iso-8859-2?Q?=E5?= <a@x.example>\r\n"
		"Date: Mon, 14 Sep 2026 18:00:00 +0200\r\n"
		"Content-Type: text/html; charset=iso-8859-2\r\n\r\n<p>&aring;</p>\r\n";
	struct reader_limits limits = reader_limits(NULL);
	mail_read_warm_up();
	calendar_read_warm_up();
	read_caldav_warm_up();
	file_check_warm_up();
	json_decref(read_mail(mail, strlen(mail), &limits, "Europe/Stockholm"));
}

/* libytnef prints: replies go where it cannot reach. -1. */
static int take_stdout(void)
{
	int out = dup(STDOUT_FILENO);
	fd_auto nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

	return nowhere >= 0 && dup2(nowhere, STDOUT_FILENO) >= 0 ? out : -1;
}

int reader_main(int argc, char **argv)
{
	struct err err = ERR_INIT;
	long mib = argc > 3 ? strtol(argv[3], NULL, 10) : MEMORY_DEFAULT_MIB;
	int out = take_stdout();
	int got;
	log_open("reader");
	/* Large buffers grow in place and are given back, whatever came before. */
	mallopt(M_MMAP_THRESHOLD, MALLOC_LARGE);
	mallopt(M_TRIM_THRESHOLD, MALLOC_LARGE);
	if (out < 0) {
		log_event(LOG_LEVEL_ERROR, "not-sealed", "why=\"no /dev/null\"");
		return 1;
	}
	if (mib <= 0 || mib > MEMORY_MAX_MIB) {
		log_event(LOG_LEVEL_ERROR, "wrong-memory-limit", "mib=%ld", mib);
		return 2;
	}
	warm_up();
	if (sandbox_limits((size_t)mib * MIB, 0, &err) < 0 ||
		sandbox_reader(&err) < 0) {
		log_event(LOG_LEVEL_ERROR, "not-sealed", "why=\"%s\"", err.text);
		return 1;
	}
	const char *heap_end = sbrk(0);
	while ((got = turn(out, &err)) > 0)
		give_back(heap_end);
	return got < 0;
}
