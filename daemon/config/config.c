#include "config/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/schema.h"
#include "config/check.h"
#include "config/formats.h"
#include "config/resolve.h"
#include "config/schemas.h"
#include "config/snapshot.h"
#include "config/source-file.h"
#include "config/templates.h"

#define CREDENTIAL_MAX 65536

static void check_schema(
	const struct source_file *f, json_t *schema, struct problems *problems)
{
	if (f->json)
		schema_check(
			schema, f->json, f->path, f->text, formats_accept, problems);
	json_decref(schema);
}

/* All of what is wrong with both files, but for the templates. */
static void check_files(struct source_file *settings,
	const struct source_file *directory, const char *dir, struct problems *problems)
{
	check_passwords(settings, problems);
	check_schema(settings, schemas_settings(), problems);
	check_schema(directory, schemas_directory(), problems);
	if (settings->json)
		check_settings(settings, directory, dir, problems);
	if (directory->json)
		check_directory(directory, settings, problems);
}

static void check_language(const json_t *templates, const char *dir,
	const char *language, struct problems *problems)
{
	if (json_object_size(templates) && language &&
		!templates_have(templates, language))
		problems_add(problems, dir, 0, "",
			"holds no templates in the language \"%s\"; it must have a "
			"folder %s/",
			language, language);
}

/* The templates of the settings; both languages, as anyone may be written to in either.
 */
static json_t *read_templates(const struct source_file *settings, const char *dir,
	config_template_fn check_template, struct problems *problems)
{
	/* Nobody knows where they are. */
	if (!settings->json)
		return NULL;
	str_auto *folder = file_join(dir,
		json_str_or(settings->json, "templates", UTSKICK_SHARE "/templates"));
	json_t *templates = templates_read(folder, check_template, problems);

	check_language(templates, folder, "sv", problems);
	check_language(templates, folder, "en", problems);
	return templates;
}

struct config *config_load(const char *dir, config_template_fn check_template,
	struct problems *ret_problems)
{
	source_file_auto settings, directory;
	size_t before = ret_problems->count;
	struct err err = ERR_INIT;

	source_file_read(&settings, dir, "utskick.json", ret_problems);
	source_file_read(&directory, dir, "directory.json", ret_problems);
	check_files(&settings, &directory, dir, ret_problems);
	json_auto_t *templates =
		read_templates(&settings, dir, check_template, ret_problems);
	if (ret_problems->count > before)
		return NULL;
	if (resolve_all(settings.json, directory.json, dir, &err) < 0) {
		problems_add(ret_problems, dir, 0, "", "%s", err.text);
		return NULL;
	}
	struct config *c = snapshot_open(
		json_pack("{s:O, s:O, s:O}", "settings", settings.json, "directory",
			directory.json, "templates", templates),
		&err);
	if (!c)
		problems_add(ret_problems, settings.path, 0, "", "%s", err.text);
	return c;
}

static int read_credential(const char *name, struct buf *ret, struct err *err)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");

	if (!dir)
		return err_set(err, ERR_PERM,
			"no credential \"%s\": not started by systemd with "
			"LoadCredential=%s:...; give the secret as a file instead",
			name, name);
	str_auto *path = file_join(dir, name);
	/* systemd guards it by an ACL, which shows as bits of the group's. */
	if (file_read(path, CREDENTIAL_MAX, ret, err) < 0)
		return err_prefix(err, "credential");
	while (ret->len && strchr("\r\n", ret->data[ret->len - 1]))
		ret->data[--ret->len] = '\0';
	return ret->len ? 0 : err_set(err, ERR_PERM, "%s: is empty", path);
}

int config_read_secret_at(
	const char *file, const char *credential, struct buf *ret, struct err *err)
{
	if (file)
		return file_read_secret(file, ret, err);
	return read_credential(credential, ret, err);
}

int config_read_secret(
	const struct server_settings *server, struct buf *ret, struct err *err)
{
	return config_read_secret_at(
		server->secret_file, server->secret_credential, ret, err);
}
