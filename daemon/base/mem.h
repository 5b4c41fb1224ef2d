/*
 * Memory that is there or ends the process. All state lives in SQLite transactions
 * and the supervisor restarts a worker, so running out of memory may abort.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *old, size_t size);
char *xstrdup(const char *s);
/* Copies at most n bytes and ends them with NUL. */
char *xstrndup(const char *s, size_t n);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *xvasprintf(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));
/* As strdup, but NULL stays NULL. */
char *xstrdup_or_null(const char *s);

/* Hands a cleanup variable over to the caller and empties it. */
#define TAKE(var)                                                                      \
	({                                                                             \
		__typeof__(var) take_ = (var);                                         \
		(var) = NULL;                                                          \
		take_;                                                                 \
	})

/* Declares `static inline NAME_freep`, for use in a `#define NAME_auto` cleanup. */
#define DEFINE_FREEP(name, type, free_fn)                                              \
	/* NOLINTNEXTLINE(bugprone-macro-parentheses): a type takes none */            \
	static inline void name##_freep(type **p)                                      \
	{                                                                              \
		if (*p)                                                                \
			free_fn(*p);                                                   \
	}

static inline void str_freep(char **p)
{
	free(*p);
}

/* str_auto *s = xstrdup("..."); freed at the end of the block. */
#define str_auto __attribute__((cleanup(str_freep))) char

void fd_closep(const int *fd);
/* fd_auto fd = open(...); closed at the end of the block unless -1. */
#define fd_auto __attribute__((cleanup(fd_closep))) int
/* As TAKE, for a descriptor. */
static inline int fd_take(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}
