#include "reader/file-type.h"

#include <magic.h>
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"

/* More than this says nothing new about a type. */
#define LOOK_BYTES 262144
/* No looking into compressed files, which would start programs. */
#define FLAGS                                                                          \
	(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TAR |              \
		MAGIC_NO_CHECK_CDF | MAGIC_NO_CHECK_ELF)

/* The database is mapped once for the life of the process, as it cannot be opened again
 * when the process is sealed. */
static magic_t database(void)
{
	static magic_t magic;
	static bool is_tried;

	if (is_tried)
		return magic;
	is_tried = true;
	magic = magic_open(FLAGS);
	if (magic && magic_load(magic, NULL) != 0) {
		magic_close(magic);
		magic = NULL;
	}
	return magic;
}

void file_type_load(void)
{
	static const char text[] = "Protokoll\n";
	str_auto *type = file_type(text, sizeof(text) - 1);

	(void)type;
}

char *file_type(const void *bytes, size_t len)
{
	magic_t magic = database();
	const char *type = NULL;

	if (magic)
		type = magic_buffer(magic, bytes, len < LOOK_BYTES ? len : LOOK_BYTES);
	return xstrdup(type && strchr(type, '/') ? type : "application/octet-stream");
}
