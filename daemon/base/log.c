#define _GNU_SOURCE 1

#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

static const char *log_who = "utskick";

void log_open(const char *who)
{
	log_who = who;
}

void log_event(enum log_level level, const char *event, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	str_auto *pairs = xvasprintf(fmt, ap);
	va_end(ap);
	str_auto *clean = text_printable(pairs);
	buf_auto line = BUF_EMPTY;
	buf_addf(&line, "<%d>%s %s%s%s\n", (int)level, log_who, event,
		*clean ? " " : "", clean);
	/* One write a line: lines of several processes do not mix. */
	ssize_t n = write(STDERR_FILENO, line.data, line.len);
	(void)n;
}
