#include "config/schemas.h"

#include <assert.h>

/* Compiled from the project's root, which the paths are relative to. */
#define EMBED(name, path)                                                              \
	__asm__(".pushsection .rodata\n" #name ":\n.incbin \"" path "\"\n"             \
		".byte 0\n.popsection\n");                                             \
	/* NOLINTNEXTLINE(bugprone-macro-parentheses): a declared name takes none */   \
	extern const char name[] __attribute__((visibility("hidden")))

EMBED(utskick_schema_text, "config/utskick.schema.json");
EMBED(directory_schema_text, "config/directory.schema.json");

static json_t *parse(const char *text)
{
	json_t *schema = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

	assert(schema);
	return schema;
}

json_t *schemas_settings(void)
{
	return parse(utskick_schema_text);
}

json_t *schemas_directory(void)
{
	return parse(directory_schema_text);
}
