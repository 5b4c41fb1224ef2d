/* utskick: the coordinator's command. What it can do is in command/. */
#include <string.h>

#include "base/clock.h"
#include "command/command.h"
#include "reader/reader.h"

int main(int argc, char **argv)
{
	/* The sealed reader is this very program, started by duty/reader-client. */
	if (argc >= 3 && strcmp(argv[1], "--worker") == 0 &&
		strcmp(argv[2], "reader") == 0)
		return reader_main(argc, argv);
	return command_main(argc, argv, clock_now());
}
