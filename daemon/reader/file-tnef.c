#include "reader/file-tnef.h"

#include <stdbool.h>
#include <string.h>
#include <ytnef.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "mail/charset.h"
#include "mail/mail-part.h"

/* The id of an object's class, before its bytes. */
#define CLASS_ID_BYTES 16

static const variableLength *property(Attachment *a, DWORD type, DWORD id)
{
	const variableLength *found = MAPIFindProperty(&a->MAPI, PROP_TAG(type, id));

	return found == MAPI_UNDEFINED || !found->data || found->size <= 0 ? NULL
									   : found;
}

/* Whatever charset it was written in; the caller frees. */
static char *name_of(Attachment *a)
{
	const variableLength *name = property(a, PT_UNICODE, PR_ATTACH_LONG_FILENAME);
	buf_auto text = BUF_EMPTY;
	bool is_odd;

	if (!name)
		name = property(a, PT_STRING8, PR_ATTACH_LONG_FILENAME);
	if (!name)
		name = a->Title.data && a->Title.size > 0 ? &a->Title : NULL;
	if (name)
		charset_decode(&text, NULL, name->data,
			strnlen((const char *)name->data, (size_t)name->size));
	return name_harmless(buf_str(&text), &is_odd);
}

static void add_file(json_t *files, struct buf *contents, Attachment *a,
	const void *bytes, size_t len)
{
	str_auto *name = name_of(a);
	char sha256[HASH_HEX_SIZE];
	json_t *file = json_object();

	hash_hex(bytes, len, sha256);
	json_put_str(file, "name", name);
	json_put_int(file, "size", (int64_t)len);
	json_put_str(file, "sha256", sha256);
	json_array_append_new(files, file);
	buf_add(contents, bytes, len);
}

static void add_attachment(json_t *files, struct buf *contents, Attachment *a)
{
	const variableLength *object = property(a, PT_OBJECT, PR_ATTACH_DATA_OBJ);

	if (!object)
		object = property(a, PT_BINARY, PR_ATTACH_DATA_OBJ);
	if (a->FileData.data && a->FileData.size > 0)
		add_file(
			files, contents, a, a->FileData.data, (size_t)a->FileData.size);
	else if (object && object->size > CLASS_ID_BYTES)
		add_file(files, contents, a, object->data + CLASS_ID_BYTES,
			(size_t)object->size - CLASS_ID_BYTES);
}

static void tnef_deinit(TNEFStruct *t)
{
	TNEFFree(t);
}
#define tnef_auto __attribute__((cleanup(tnef_deinit))) TNEFStruct

json_t *tnef_read(const void *bytes, size_t len, struct buf *ret_contents)
{
	json_auto_t *files = json_array();
	buf_auto copy = BUF_EMPTY; /* the library wants bytes it might alter */
	/* TNEFInitialize leaves Debug as it is. */
	tnef_auto tnef = {.Debug = 0};

	/* Its beginning leaves some of it as it was, how much it prints among others.
	 */
	memset(&tnef, 0, sizeof(tnef));
	TNEFInitialize(&tnef);
	buf_add(&copy, bytes, len);
	int status = len ? TNEFParseMemory((BYTE *)copy.data, (long)len, &tnef) : -1;
	for (Attachment *a = tnef.starting_attach.next; status >= 0 && a; a = a->next)
		if (json_array_size(files) < TNEF_FILES_MAX)
			add_attachment(files, ret_contents, a);
	if (status >= 0)
		return json_pack("{s:O}", "files", files);
	buf_clear(ret_contents);
	return json_pack("{s:s, s:s}", "broken", "broken-parse", "what",
		"the packed files cannot be unpacked");
}
