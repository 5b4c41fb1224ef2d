/*
 * libetpan's IMAP over our stream: a mailstream driver that counts bytes per command
 * and gives up at a deadline. Inside net/ only.
 */
#pragma once

#include <libetpan/libetpan.h>
#include <stdint.h>

#include "net/imap-guard.h"
#include "net/stream.h"

/* What the driver and the session above it share; the session owns it. */
struct imap_wire {
	struct stream *stream;
	int timeout_ms;
	uint64_t left;	  /* bytes the server may still say to this command */
	uint64_t heard;	  /* that it has said */
	int64_t begun_ms; /* when it was given (monotonic) */
	struct imap_guard guard;
	size_t greeting_at;
	struct err err; /* why the connection ended; ERR_NONE while it lives */
};

/* A command begins: at most max bytes may come. */
void imap_wire_begin(struct imap_wire *wire, uint64_t max);
/* Borrows wire, which must outlive it. NULL: no memory. */
mailstream *imap_wire_open(struct imap_wire *wire);
