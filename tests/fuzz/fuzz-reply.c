/* Any text as what a person wrote, plain and as HTML (R8): what is left of it is valid,
 * no longer than it was, and the same when it is trimmed again; it means something. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "mail/charset.h"
#include "mail/mail-text.h"
#include "mail/reply-sense.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void read_reply(const char *text)
{
	str_auto *reply = mail_text_trim(text);

	must(text_is_utf8(reply, strlen(reply)));
	must(strlen(reply) <= strlen(text));
	/* Again: nothing comes back. */
	str_auto *again = mail_text_trim(reply);
	must(strlen(again) <= strlen(reply));
	enum reply_sense sense = reply_sense_of(reply);
	must(sense >= REPLY_EMPTY && sense <= REPLY_MIXED);
}

/* R8 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int warm;
	buf_auto text = BUF_EMPTY;
	buf_auto from_html = BUF_EMPTY;

	if (!warm++)
		mail_text_warm_up();
	charset_decode(&text, NULL, (const char *)data, size);
	read_reply(buf_str(&text));
	mail_text_from_html(&from_html, buf_str(&text), strlen(buf_str(&text)));
	must(text_is_utf8(buf_str(&from_html), from_html.len));
	read_reply(buf_str(&from_html));
	return 0;
}
