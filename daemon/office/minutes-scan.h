/*
 * Files of minutes are shown to the virus scanner, where one is configured, before they
 * can go anywhere; what waits because it was away is taken up again when it answers.
 */
#pragma once

#include <stdint.h>

#include "office/handler.h"

/* After minutes_files_take: sets `refused` of infected files and c->unscanned. Never
 * inside a transaction. */
void minutes_scan(struct office *o, struct mail_case *c);
/* Mails that wait for the scanner alone, once it answers: count or -1. Own
 * transactions.
 */
int minutes_scan_work(struct office *o, int64_t now, struct err *err);
/* When it is asked the next time; 0: nothing waits for it. 0 or -1. */
int minutes_scan_next_at(
	struct office *o, int64_t now, int64_t *ret_at, struct err *err);
