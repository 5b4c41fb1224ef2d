/*
 * The type of a file by its content (libmagic).
 */
#pragma once

#include <stddef.h>

/* Loads the system's database, before the process is sealed; what could not be loaded
 * leaves every file "application/octet-stream". */
void file_type_load(void);
/* A media type in small letters; the caller frees. */
char *file_type(const void *bytes, size_t len);
