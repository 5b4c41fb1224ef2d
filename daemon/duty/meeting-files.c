#include "duty/meeting-files.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

/* What was fetched and has no name but its address: the last part of that. */
static json_t *with_name(json_t *file)
{
	const char *link = json_str(file, "link");
	json_t *named = json_copy(file);

	if (!link || !json_str(file, "sha256") ||
		strcmp(json_str_or(file, "name", ""), link) != 0)
		return named;
	const char *path = strstr(link, "://");
	path = path ? strchr(path + 3, '/') : NULL;
	str_auto *plain = xstrndup(path ? path : "", path ? strcspn(path, "?#") : 0);
	const char *last = strrchr(plain, '/');
	json_put_str(named, "name", last && last[1] ? last + 1 : "bilaga");
	return named;
}

json_t *meeting_files_list(const struct settings *s, const struct meeting *m)
{
	json_auto_t *all = m->files ? json_loads(m->files, 0, NULL) : NULL;
	json_t *fitting = json_array();
	int64_t left = s->attachments_largest;
	size_t i;
	json_t *one;

	json_array_foreach (all, i, one) {
		int64_t size = json_int_or(one, "size", 0);
		if (size > left)
			continue;
		left -= size;
		json_array_append_new(fitting, with_name(one));
	}
	return fitting;
}

static bool is_token(const char *s, size_t len)
{
	size_t i = 0;

	while (i < len && s[i] > ' ' && s[i] < 0x7f &&
		!strchr("()<>@,;:\\\"/[]?=", s[i]))
		i++;
	return i == len && len > 0 && len <= 60;
}

static bool is_media_type(const char *s)
{
	const char *slash = strchr(s, '/');

	return slash && is_token(s, (size_t)(slash - s)) &&
	       is_token(slash + 1, strlen(slash + 1));
}

/* By the end of its name where the calendar does not say. */
static const char *media_type_of(const json_t *file)
{
	static const char *const known[][2] = {{".pdf", "application/pdf"},
		{".docx",
			"application/"
			"vnd.openxmlformats-officedocument.wordprocessingml.document"},
		{".odt", "application/vnd.oasis.opendocument.text"},
		{".png", "image/png"}, {".jpg", "image/jpeg"}, {".jpeg", "image/jpeg"}};
	const char *given = json_str_or(file, "media_type", "");
	const char *name = json_str_or(file, "name", "");

	if (is_media_type(given))
		return given;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t len = strlen(name);
		size_t end = strlen(known[i][0]);
		if (len > end && text_equal_nocase(name + len - end, known[i][0]))
			return known[i][1];
	}
	return "application/octet-stream";
}

static int load_one(
	struct db *db, const json_t *file, struct meeting_files *ret, struct err *err)
{
	struct blob *blob = &ret->blobs[ret->count];
	const char *sha256 = json_str(file, "sha256");

	if (!sha256)
		return 0;
	int found = blob_find(db, sha256, blob, err);
	if (found <= 0)
		return found;
	ret->list[ret->count++] = (struct mime_file){
		.name = json_str_or(file, "name", "bilaga"),
		.media_type = media_type_of(file),
		.content = blob_content(blob),
	};
	return 0;
}

int meeting_files_load(struct db *db, const struct settings *s, const struct meeting *m,
	struct meeting_files *ret, struct err *err)
{
	size_t i;
	json_t *file;

	ret->all = meeting_files_list(s, m);
	ret->list = xcalloc(json_array_size(ret->all) + 1, sizeof(*ret->list));
	ret->blobs = xcalloc(json_array_size(ret->all) + 1, sizeof(*ret->blobs));
	json_array_foreach (ret->all, i, file)
		if (load_one(db, file, ret, err) < 0)
			return -1;
	return 0;
}

bool meeting_files_go_with(const char *kind)
{
	return strcmp(kind, "invitation") == 0 || strcmp(kind, "update") == 0 ||
	       strcmp(kind, "invitation-again") == 0;
}

void meeting_files_deinit(struct meeting_files *f)
{
	free(f->blobs);
	free(f->list);
	json_decref(f->all);
	*f = MEETING_FILES_NONE;
}
