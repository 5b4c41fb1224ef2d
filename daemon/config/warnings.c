#include "config/warnings.h"

#include <unistd.h>

static void add_insecure(
	json_t *list, const char *section, const struct server_settings *server)
{
	if (!server->insecure)
		return;
	json_array_append_new(list,
		json_sprintf("%s.insecure_no_verification is true: whoever answers as "
			     "%s is believed and gets the %s; for tests only",
			section, server->host,
			server->uses_oauth ? "token" : "password"));
}

json_t *config_warnings(const struct settings *s)
{
	json_t *list = json_array();

	add_insecure(list, "imap", &s->imap.server);
	add_insecure(list, "smtp", &s->smtp.server);
	if (access(PDFTOTEXT, X_OK) < 0)
		json_array_append_new(list,
			json_string(
				PDFTOTEXT " is missing: minutes in PDF are neither "
					  "searched nor looked through for personal "
					  "numbers; it is in the package "
					  "poppler-utils"));
	return list;
}
