/* Any bytes as a file of minutes and as a winmail.dat (R8, A18, A20): a verdict, in
 * time, that is JSON; what is written in it is UTF-8, and what was packed has its hash.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "reader/file-check.h"
#include "reader/file-tnef.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* libytnef forgets what a second name for the same attachment takes the place of; the
 * reader's limit on memory ends that. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:libytnef\n";
}

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void must_be_json(const json_t *said)
{
	char *text = json_dumps(said, JSON_COMPACT);

	must(text != NULL);
	free(text);
}

static void check(const uint8_t *data, size_t size, const char *name)
{
	static const struct file_limits limits = {200, 20 << 20, 200, 3, 1 << 16, NULL};
	buf_auto text = BUF_EMPTY;
	json_auto_t *said = file_check(data, size, name, &limits, &text);

	must_be_json(said);
	must(json_str(said, "media_type") != NULL);
	must(text.len <= limits.text_max && text_is_utf8(buf_str(&text), text.len));
}

static void unpack(const uint8_t *data, size_t size)
{
	buf_auto contents = BUF_EMPTY;
	json_auto_t *said = tnef_read(data, size, &contents);
	size_t at = 0;
	size_t i;
	json_t *file;

	must_be_json(said);
	json_array_foreach (json_object_get(said, "files"), i, file) {
		size_t len = (size_t)json_int_or(file, "size", 0);
		must(len <= contents.len - at);
		at += len;
	}
	must(at == contents.len);
}

/* R8 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int warm;

	if (!warm++)
		file_check_warm_up();
	check(data, size, "protokoll.docx");
	check(data, size, "protokoll.txt");
	unpack(data, size);
	return 0;
}
