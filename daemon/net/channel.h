/*
 * What a stream runs over: bytes in and out without waiting. The product has one kind,
 * libcurl's TLS connection; tests put a scripted server behind another. Inside net/
 * only.
 */
#pragma once

#include <sys/types.h>

#include "net/stream.h"

#define CHANNEL_WOULD_WAIT 0
#define CHANNEL_ENDED (-1)

struct channel {
	void *connection;
	int fd; /* for poll */
	/* > 0 bytes, CHANNEL_WOULD_WAIT, or CHANNEL_ENDED (end of stream or error). */
	ssize_t (*receive)(void *connection, void *to, size_t size);
	ssize_t (*send)(void *connection, const void *bytes, size_t len);
	void (*close)(void *connection);
};

/* Takes the channel's connection. */
struct stream *stream_over(const struct channel *channel, const char *capabilities);
