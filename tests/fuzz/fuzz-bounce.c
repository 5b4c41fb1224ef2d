/* Any text as a bounce in plain words, as an absence and as a reply: an answer in time,
 * with addresses that are valid and texts that are. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "mail/absence.h"
#include "mail/address.h"
#include "mail/bounce-text.h"
#include "mail/charset.h"
#include "mail/mail-text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void read_bounce(const char *text)
{
	const char *const own[] = {"u@linkoping.example", NULL};
	bounce_text_auto b = {0};

	bounce_text_read(&b, text, own);
	must(!b.returned || (b.returned >= text && b.returned <= text + strlen(text)));
	for (size_t i = 0; i < b.count; i++) {
		must(address_is_valid(b.list[i].address) && b.list[i].said);
		str_auto *about = bounce_text_about(&b, b.list[i].address);
		bounce_why_name(bounce_why_said(about));
	}
	bounce_text_is_report(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	buf_auto text = BUF_EMPTY;
	bool is_return;

	charset_decode(&text, NULL, (const char *)data, size);
	read_bounce(buf_str(&text));
	str_auto *until =
		absence_until(buf_str(&text), "2026-07-10T08:00:00+02:00", &is_return);
	must(!until || strlen(until) == 10);
	str_auto *reply = mail_text_trim(buf_str(&text));
	must(text_is_utf8(reply, strlen(reply)));
	str_auto *again = mail_text_trim(reply);
	must(strlen(again) <= strlen(reply));
	return 0;
}
