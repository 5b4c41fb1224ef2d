/*
 * SMTP over any stream, signed in already: what smtp_open does behind the connection.
 * Inside net/ and its tests only.
 */
#pragma once

#include "net/smtp.h"

/* Takes stream. */
struct smtp *smtp_over(struct stream *stream, int timeout_ms);
