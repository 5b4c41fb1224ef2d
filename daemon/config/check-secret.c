#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "config/check.h"

/* Where a secret stands, and what is complained of. */
struct place {
	const struct source_file *file;
	struct problems *problems;
	const char *dir;
	const char *pointer;
};

static void check_secret_file(const struct place *p, const char *name)
{
	str_auto *at = xasprintf("%s/file", p->pointer);
	str_auto *path = file_join(p->dir, name);
	buf_auto secret = BUF_EMPTY;
	struct err err = ERR_INIT;

	if (!*name)
		return;
	int bad = file_read_secret(path, &secret, &err);
	if (secret.data)
		explicit_bzero(secret.data, secret.len);
	if (bad == 0)
		return;
	if (access(path, F_OK) < 0)
		source_file_complain(p->file, p->problems, at,
			"%s; write the password into it and run: chmod 600 %s",
			err.text, path);
	else
		source_file_complain(p->file, p->problems, at, "%s", err.text);
}

static void check_credential(const struct place *p, const char *name)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");

	/* Only systemd knows where it will be. */
	if (!dir)
		return;
	str_auto *at = xasprintf("%s/credential", p->pointer);
	str_auto *path = file_join(dir, name);
	if (access(path, R_OK) < 0)
		source_file_complain(p->file, p->problems, at,
			"%s: %s; the unit needs LoadCredential=%s:...", path,
			strerror(errno), name);
}

void check_secret(const struct source_file *f, struct problems *problems,
	const char *dir, const char *at, const char *member, const char *name,
	const json_t *object)
{
	const json_t *secret = json_object_get(object, member);
	const char *file = json_str(secret, "file");
	const char *credential = json_str(secret, "credential");
	str_auto *pointer = xasprintf("%s/%s", at, member);
	const struct place p = {f, problems, dir, pointer};

	if (!json_is_object(secret))
		return;
	if (json_object_get(secret, "file") && json_object_get(secret, "credential"))
		source_file_complain(f, problems, pointer,
			"names both a file and a credential; it must be one of the "
			"two");
	else if (!json_object_size(secret))
		source_file_complain(f, problems, pointer,
			"is empty; it must be {\"file\": \"secret-%s\"} or "
			"{\"credential\": \"%s\"}",
			name, name);
	else if (file)
		check_secret_file(&p, file);
	else if (credential)
		check_credential(&p, credential);
}

void check_ca_file(const struct source_file *f, struct problems *problems,
	const char *dir, const char *at, const json_t *object)
{
	const char *ca_file = json_str(object, "ca_file");

	if (!ca_file || !*ca_file)
		return;
	str_auto *pointer = xasprintf("%s/ca_file", at);
	str_auto *path = file_join(dir, ca_file);
	if (access(path, R_OK) < 0)
		source_file_complain(f, problems, pointer,
			"%s: %s; it must be a PEM file that utskickd may read", path,
			strerror(errno));
}
