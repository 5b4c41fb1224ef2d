/*
 * The sealed reader: bytes from outside in, JSON out, over two pipes (PROTOCOL.md). No
 * network, no files, little memory; what kills it costs one mail.
 */
#pragma once

/*
 * `--worker reader [MIB]`, MIB being the memory it may have. Answers questions from
 * stdin until it is closed; its return value is the process's exit code.
 */
int reader_main(int argc, char **argv);
