/*
 * What a process may still ask of the kernel (seccomp) and how much of it (rlimits).
 * None of it can be undone. A seccomp filter also binds all that the process starts.
 *
 * With AddressSanitizer the filters let through what it needs and the address space is
 * not limited; sandbox_reader then looks for leaks at once, as it could not do so at
 * the end.
 */
#pragma once

#include <stddef.h>

#include "base/err.h"

/*
 * For a process that needs files, SQLite and children, but no network: sockets other
 * than AF_UNIX, looking into other processes, mounts, namespaces, kernel modules, bpf,
 * keyrings and io_uring give EPERM. 0, or -1 (ERR_PERM).
 */
int sandbox_office(struct err *err);

/*
 * For a process that turns bytes of stdin into bytes of stdout. Opening and looking at
 * files gives EACCES, so that libraries which probe for them go on; anything else
 * (sockets, processes, new executable memory) ends it with SIGSYS. What comes from
 * files must be loaded before: the time zone, iconv's converters, libraries. 0, or -1
 * (ERR_PERM).
 */
int sandbox_reader(struct err *err);

/*
 * For a foreign program that turns bytes of stdin into bytes of stdout: before exec. No
 * sockets, no new processes, no looking into others or signalling them, nothing
 * written but what is open. Where the kernel has Landlock it can read what the system
 * brings (/usr, /lib, fonts) and no other file; elsewhere what the user may. 0, or -1
 * (ERR_PERM).
 */
int sandbox_program(struct err *err);

/*
 * No core file, no file writing, no new processes, few descriptors, and at most that
 * much address space and CPU time (0: no limit), the latter over the life of the
 * process. 0, or -1 (ERR_PERM).
 */
int sandbox_limits(size_t address_space_bytes, int cpu_seconds, struct err *err);

/* Keeps secrets in memory from core files and from other processes of the user (A28):
 * for all that runs, first thing in main, as starting a program undoes it. */
int sandbox_no_core(struct err *err);
