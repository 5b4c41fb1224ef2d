/* A template rendered to stdout, byte for byte. */
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "command/command.h"
#include "render/mustache-parse.h"
#include "render/mustache.h"

#define FILE_MAX (16UL << 20)

/* A template holds text: behind a NUL nothing would be seen. */
static int read_text(const char *path, struct buf *ret, struct err *err)
{
	if (file_read(path, FILE_MAX, ret, err) < 0)
		return -1;
	if (ret->len && memchr(ret->data, '\0', ret->len))
		return err_set(err, ERR_PERM, "%s: holds a NUL byte", path);
	return 0;
}

static json_t *read_data(const char *path, struct err *err)
{
	buf_auto text = BUF_EMPTY;
	json_error_t why;

	if (file_read(path, FILE_MAX, &text, err) < 0)
		return NULL;
	json_t *data = json_loadb(buf_str(&text), text.len, JSON_DECODE_ANY, &why);
	if (!data)
		err_set(err, ERR_PERM, "%s:%d: %s", path, why.line, why.text);
	return data;
}

struct partials {
	const char *dir;
	json_t *texts; /* name -> text */
};

/* Only below the folder: no template names its way out of it. */
static bool is_name(const char *name)
{
	return *name && *name != '/' && !strstr(name, "..");
}

static int add_partials_of(struct partials *p, const char *template, struct err *err);

/* One that is not there is empty, as the specification says. */
static int add_partial(struct partials *p, const char *name, struct err *err)
{
	buf_auto text = BUF_EMPTY;
	struct err why = ERR_INIT;
	str_auto *path = xasprintf("%s/%s.mustache", p->dir, name);

	if (!is_name(name) || json_object_get(p->texts, name))
		return 0;
	if (read_text(path, &text, &why) < 0)
		return 0;
	if (json_object_set_new(p->texts, name, json_string(buf_str(&text))) < 0)
		return err_set(err, ERR_PERM, "%s: is not UTF-8", path);
	if (add_partials_of(p, buf_str(&text), err) < 0)
		return err_prefix(err, "%s", path);
	return 0;
}

static int add_partials_of(struct partials *p, const char *template, struct err *err)
{
	mustache_auto m = {0};

	if (mustache_parse(template, &m, err) < 0)
		return -1;
	for (size_t i = 0; i < m.count; i++) {
		if (m.list[i].kind != MUSTACHE_PARTIAL)
			continue;
		str_auto *name = xstrndup(m.list[i].text, m.list[i].len);
		if (add_partial(p, name, err) < 0)
			return -1;
	}
	return 0;
}

static int run(struct command *c, struct err *err)
{
	const char *path = c->args->words[0];
	buf_auto template = BUF_EMPTY;
	buf_auto result = BUF_EMPTY;
	json_auto_t *texts = json_object();
	struct partials p = {c->args->partials, texts};

	if (read_text(path, &template, err) < 0)
		return -1;
	json_auto_t *data = read_data(c->args->words[1], err);
	if (!data)
		return -1;
	const struct render_partials partials = {texts, NULL, NULL};
	if ((p.dir && add_partials_of(&p, buf_str(&template), err) < 0) ||
		render_template(buf_str(&template), data, RENDER_HTML, &partials,
			&result, err) < 0)
		return err_prefix(err, "%s", path);
	fwrite(buf_str(&result), 1, result.len, c->out.to);
	return COMMAND_DONE;
}

const struct verb verb_render = {
	.name = "render",
	.usage = "TEMPLATE DATA.json [--partials DIR]",
	.describe = "a Mustache template rendered, byte for byte",
	.words_min = 2,
	.words_max = 2,
	.options = OPTION_PARTIALS,
	.config = CONFIG_NONE,
	.store = STORE_NONE,
	.run = run,
};
