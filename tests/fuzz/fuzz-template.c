/* Any text as a template with any data, up to the first NUL and behind it (R8, A26): an
 * answer, in time; values are never read as templates; HTML shows no value's brackets.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "render/mustache.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void render(
	const char *template, const json_t *values, enum render_escape escape)
{
	json_auto_t *texts =
		json_pack("{s:s, s:s}", "row", "<{{x}}>{{> again}}", "again", template);
	const struct render_partials partials = {.texts = texts};
	buf_auto said = BUF_EMPTY;
	struct err err = ERR_INIT;

	buf_add_str(&said, "before");
	if (!texts)
		return;
	int status = render_template(template, values, escape, &partials, &said, &err);
	must(said.len >= 6 && memcmp(said.data, "before", 6) == 0);
	must(status == 0 || (said.len == 6 && *err.text));
	must(said.len <= RENDER_OUTPUT_MAX + 6);
	if (status == 0 && !strstr(template, "{{"))
		must(strcmp(buf_str(&said) + 6, template) == 0);
}

/* What stands in a value comes out as it stands there. */
static void show(const char *value)
{
	json_auto_t *values = json_pack("{s:s, s:s}", "x", value, "secret", "no");
	buf_auto said = BUF_EMPTY;
	buf_auto html = BUF_EMPTY;
	struct err err = ERR_INIT;

	if (!values || strlen(value) > 10000)
		return;
	must(render_template("{{x}}", values, RENDER_TEXT, NULL, &said, &err) == 0);
	must(strcmp(buf_str(&said), value) == 0);
	must(render_template("{{x}}", values, RENDER_HTML, NULL, &html, &err) == 0);
	must(!strpbrk(buf_str(&html), "<>\""));
}

/* R8 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str_auto *template = xstrndup((const char *)data, size);
	size_t len = strlen(template);
	str_auto *rest =
		len < size ? xstrndup((const char *)data + len + 1, size - len - 1)
			   : xstrdup("{}");
	json_auto_t *values = json_loads(rest, JSON_REJECT_DUPLICATES, NULL);

	if (size > 20000)
		return 0;
	show(template);
	show(rest);
	for (enum render_escape e = RENDER_TEXT; e <= RENDER_HTML_BREAKS; e++)
		render(template, values, e);
	return 0;
}
