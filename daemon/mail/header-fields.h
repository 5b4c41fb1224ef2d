/*
 * The fields of a header block as they stand, topmost first: of a mail, or of the
 * header that a bounce returns.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct header_field {
	char *name;
	char *value; /* raw, folded, any bytes but NUL */
};

struct header_fields {
	struct header_field *list;
	size_t count;
};

#define HEADER_FIELDS_NONE ((struct header_fields){NULL, 0})

/*
 * Reads up to the first empty line; what is no field is passed over. Returns how many
 * bytes it read, the empty line among them.
 */
size_t header_fields_read(struct header_fields *ret, const char *bytes, size_t len);
/* Raw value of the first field of that name; NULL. Borrowed. */
const char *header_fields_get(const struct header_fields *f, const char *name);
size_t header_fields_count(const struct header_fields *f, const char *name);
void header_fields_deinit(struct header_fields *f);
#define header_fields_auto                                                             \
	__attribute__((cleanup(header_fields_deinit))) struct header_fields
