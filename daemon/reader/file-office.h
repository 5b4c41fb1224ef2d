/*
 * Documents that are a zip of XML: those of Office Open XML (DOCX, XLSX, PPTX) and
 * OpenDocument (ODT, ODS, ODP).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "reader/file-check.h"
#include "reader/file-zip.h"

struct office_file {
	char media_type[128]; /* "application/zip" where it is none of them */
	enum zip_state state;
	bool has_macros;
	bool has_pictures; /* or other things that stand in it and are no text */
	bool is_encrypted; /* by OpenDocument's own means */
	bool is_damaged;   /* its text is no XML */
	struct buf text;
};

void office_file_deinit(struct office_file *f);
#define office_file_auto __attribute__((cleanup(office_file_deinit))) struct office_file

void office_file_read(const void *bytes, size_t len, const struct file_limits *limits,
	struct office_file *ret);
