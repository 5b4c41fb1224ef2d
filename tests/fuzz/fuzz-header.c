/* Any bytes as a header value, read in every way; what is written of it reads back as
 * UTF-8 on one line. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "mail/address.h"
#include "mail/header-read.h"
#include "mail/header-write.h"
#include "mail/mail-part.h"
#include "mail/message-id.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_written(const char *text)
{
	buf_auto field = BUF_EMPTY;
	if (header_add(&field, "Subject", text, NULL) < 0)
		return;
	str_auto *back = header_text(field.data + strlen("Subject:"));
	str_auto *expected = text_trim(text);
	for (size_t i = 0; i + 2 < field.len; i++)
		if (field.data[i] == '\n' && field.data[i + 1] != ' ')
			abort();
	if (strcmp(back, expected) != 0)
		abort();
}

static void check_text(const char *raw)
{
	str_auto *text = header_text(raw);
	if (!text_is_utf8(text, strlen(text)) || text_has_controls(text, strlen(text)))
		abort();
	check_written(text);
}

static void check_addresses(const char *raw)
{
	header_addresses_auto all = HEADER_ADDRESSES_NONE;
	header_addresses_add(&all, raw, 20);
	for (size_t i = 0; i < all.count; i++) {
		buf_auto field = BUF_EMPTY;
		str_auto *normal = address_normal(all.list[i].address);
		address_is_suspicious(all.list[i].address);
		if (normal && strpbrk(normal, " \r\n<>\"\t"))
			abort();
		header_add_address(
			&field, "To", all.list[i].name, all.list[i].address, NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t key[32] = {1};
	bool odd;
	str_auto *raw = xstrndup((const char *)data, size);
	str_auto *word = header_word(raw);
	str_auto *ids = header_ids(raw, 10);
	str_auto *name = header_parameter(raw, "name");
	str_auto *harmless = name ? name_harmless(name, &odd) : NULL;
	if (harmless && (!*harmless || strchr(harmless, '/') || strlen(harmless) > 200))
		abort();
	if (message_id_delivery(key, raw) != 0)
		abort();
	check_text(raw);
	check_addresses(raw);
	return 0;
}
