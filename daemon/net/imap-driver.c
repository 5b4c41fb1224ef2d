#include "net/imap-driver.h"

#include <string.h>

#include "base/clock.h"

#define PIECE 32768
/* Who says less than this in a second of a long answer may as well say nothing. */
#define BYTES_PER_SECOND 1000

/* libetpan wants a greeting; libcurl has read the real one and signed in. */
static const char greeting[] = "* PREAUTH signed in\r\n";

static ssize_t give_greeting(struct imap_wire *wire, void *to, size_t size)
{
	size_t n = sizeof(greeting) - 1 - wire->greeting_at;

	if (n > size)
		n = size;
	memcpy(to, greeting + wire->greeting_at, n);
	wire->greeting_at += n;
	return (ssize_t)n;
}

void imap_wire_begin(struct imap_wire *wire, uint64_t max)
{
	wire->left = max;
	wire->heard = 0;
	wire->begun_ms = clock_monotonic_ms();
}

/* What this read may take: the deadline of each, and all together not for ever. 0: no
 * more. */
static int time_left(const struct imap_wire *wire)
{
	int64_t all = 2 * (int64_t)wire->timeout_ms +
		      (int64_t)(wire->heard * 1000 / BYTES_PER_SECOND);
	int64_t left = wire->begun_ms + all - clock_monotonic_ms();

	if (left <= 0)
		return 0;
	return left < wire->timeout_ms ? (int)left : wire->timeout_ms;
}

static int heard(struct imap_wire *wire, const char *bytes, size_t len)
{
	wire->left -= len;
	wire->heard += len;
	if (imap_guard_pass(&wire->guard, bytes, len))
		return 0;
	return err_set(&wire->err, ERR_TEMP, "the server's answer nests without end");
}

/* The end of the stream is -1 too: libetpan loops for ever on a 0 inside a literal. */
static ssize_t wire_read(mailstream_low *low, void *to, size_t size)
{
	struct imap_wire *wire = low->data;

	if (wire->greeting_at < sizeof(greeting) - 1)
		return give_greeting(wire, to, size);
	if (wire->err.kind != ERR_NONE)
		return -1;
	if (!wire->left)
		return err_set(&wire->err, ERR_TEMP,
			"the server said more than a command's answer may be");
	if (size > wire->left)
		size = wire->left;
	int ms = time_left(wire);
	if (!ms)
		return err_set(&wire->err, ERR_TEMP, "the server is too slow");
	ssize_t n = stream_read(wire->stream, to, size, ms, &wire->err);
	if (n > 0 && heard(wire, to, (size_t)n) < 0)
		return -1;
	return n;
}

/* The deadline is that of a piece: a large mail over a slow line takes as long as it
 * takes. */
static ssize_t wire_write(mailstream_low *low, const void *bytes, size_t len)
{
	struct imap_wire *wire = low->data;
	const char *at = bytes;

	if (wire->err.kind != ERR_NONE)
		return -1;
	for (size_t left = len, n; left; left -= n, at += n) {
		n = left < PIECE ? left : PIECE;
		if (stream_write(wire->stream, at, n, wire->timeout_ms, &wire->err) < 0)
			return -1;
	}
	return (ssize_t)len;
}

static int wire_close(mailstream_low *low)
{
	(void)low; /* the session closes the stream */
	return 0;
}

static int wire_fd(mailstream_low *low)
{
	struct imap_wire *wire = low->data;

	return stream_fd(wire->stream);
}

static void wire_free(mailstream_low *low)
{
	free(low);
}

static void wire_cancel(mailstream_low *low)
{
	(void)low;
}

static struct mailstream_cancel *wire_get_cancel(mailstream_low *low)
{
	(void)low;
	return NULL;
}

static carray *wire_certificates(mailstream_low *low)
{
	(void)low; /* libcurl has checked them */
	return NULL;
}

static int wire_no_idle(mailstream_low *low)
{
	(void)low;
	return -1;
}

/* libetpan's type is not const; nothing writes to it. */
static mailstream_low_driver driver = {
	.mailstream_read = wire_read,
	.mailstream_write = wire_write,
	.mailstream_close = wire_close,
	.mailstream_get_fd = wire_fd,
	.mailstream_free = wire_free,
	.mailstream_cancel = wire_cancel,
	.mailstream_get_cancel = wire_get_cancel,
	.mailstream_get_certificate_chain = wire_certificates,
	.mailstream_setup_idle = wire_no_idle,
	.mailstream_unsetup_idle = wire_no_idle,
	.mailstream_interrupt_idle = wire_no_idle,
};

mailstream *imap_wire_open(struct imap_wire *wire)
{
	mailstream_low *low = mailstream_low_new(wire, &driver);

	return low ? mailstream_new(low, 16384) : NULL;
}
