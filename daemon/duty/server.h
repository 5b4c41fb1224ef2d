/*
 * Sessions with the servers that the configuration names. The secret is read anew for
 * each.
 */
#pragma once

#include "base/err.h"
#include "config/settings.h"
#include "net/imap.h"
#include "net/smtp.h"

/* NULL with err, as stream_open; also where the secret cannot be read. */
struct imap *server_open_imap(const struct imap_settings *settings, struct err *err);
struct smtp *server_open_smtp(const struct smtp_settings *settings, struct err *err);
