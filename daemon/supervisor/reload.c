#include "supervisor/reload.h"

#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "config/config.h"
#include "config/warnings.h"
#include "render/letter-text.h"

static void say_warnings(const struct settings *settings)
{
	json_auto_t *warnings = config_warnings(settings);
	size_t i;
	json_t *one;

	json_array_foreach (warnings, i, one)
		log_event(LOG_LEVEL_WARNING, "dangerous", "what=%s",
			json_string_value(one));
}

bool reload_config(struct spawn *s)
{
	struct err err = ERR_INIT;
	problems_auto problems = PROBLEMS_NONE;
	config_auto *config =
		config_load(s->options->config_dir, letter_check, &problems);

	if (!config || problems.count > 0) {
		problems_print(&problems, stderr);
		log_event(LOG_LEVEL_ERROR, "config-refused",
			"dir=%s errors=%zu kept=%s", s->options->config_dir,
			problems.count, s->config_fd >= 0 ? "the-old-one" : "none");
		return false;
	}
	int fd = config_to_fd(config, &err);
	if (fd < 0) {
		log_event(LOG_LEVEL_ERROR, "config-refused", "what=%s", err.text);
		return false;
	}
	if (s->config_fd >= 0)
		close(s->config_fd);
	s->config_fd = fd;
	say_warnings(&config->settings);
	return true;
}
