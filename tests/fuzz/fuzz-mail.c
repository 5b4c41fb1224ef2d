/* Any bytes as a mail: an answer, in time, that is JSON; and each part is found again
 * by its hash. */
#include <stdint.h>
#include <stdlib.h>

#include "base/json.h"
#include "mail/mail-read.h"

static const struct mail_limits limits = {.depth = 20,
	.parts = 100,
	.text_max = 1 << 16,
	.header_line_max = 1 << 16,
	.header_fields_max = 1000,
	.calendar_max = 1 << 16};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool count(void *context, const char *bytes, size_t len)
{
	size_t *all = context;
	(void)bytes;
	*all += len;
	return true;
}

static void find_again(const uint8_t *data, size_t size, const json_t *attachments)
{
	size_t i;
	json_t *one;
	json_array_foreach (attachments, i, one) {
		size_t len = 0;
		if (mail_read_part((const char *)data, size, &limits,
			    json_str(one, "sha256"), count, &len) != 1 ||
			(json_int_t)len != json_int_or(one, "size", -1))
			abort();
		if (i > 3)
			break;
	}
}

/* R8 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int warm;
	if (!warm++)
		mail_read_warm_up();
	mail_calendars_auto calendars = MAIL_CALENDARS_NONE;
	json_auto_t *said = mail_read(data, size, &limits, &calendars);
	char *text = json_dumps(said, JSON_COMPACT);
	if (!text)
		abort();
	free(text);
	find_again(data, size, json_object_get(said, "attachments"));
	return 0;
}
