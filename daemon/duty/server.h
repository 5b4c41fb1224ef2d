/*
 * Sessions with the servers that the configuration names. The secret is read anew for
 * each.
 */
#pragma once

#include "base/err.h"
#include "config/settings.h"
#include "net/http.h"
#include "net/imap.h"
#include "net/smtp.h"

/* NULL with err, as stream_open; also where the secret cannot be read. */
struct imap *server_open_imap(const struct imap_settings *settings, struct err *err);
/* Begins to open; smtp_work goes on. */
struct smtp *server_begin_smtp(const struct smtp_settings *settings, struct err *err);
/* http_ask with the calendar's user, secret and limits, which question leaves empty. */
int server_ask_calendar(struct http *http, const struct calendar_settings *calendar,
	const struct http_request *question, struct http_reply *ret, struct err *err);
