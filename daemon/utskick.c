/* utskick: the coordinator's command. What it can do is in command/. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/sandbox.h"
#include "command/command.h"
#include "reader/reader.h"

int main(int argc, char **argv)
{
	struct err err = ERR_INIT;

	/* Some verbs read passwords and tokens. */
	if (sandbox_no_core(&err) < 0) {
		fprintf(stderr, "utskick: %s\n", err.text);
		return COMMAND_ACT;
	}
	/* The sealed reader is this very program, started by duty/reader-client. */
	if (argc >= 3 && strcmp(argv[1], "--worker") == 0 &&
		strcmp(argv[2], "reader") == 0)
		return reader_main(argc, argv);
	return command_main(argc, argv, clock_now());
}
