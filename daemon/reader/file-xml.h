/*
 * The words in the XML of an office document, as it comes piece by piece (libxml2's
 * push parser). No document type, nothing fetched, nothing expanded.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/mem.h"

struct file_xml;

/* Appends to `to` until it has text_max bytes; both are borrowed. */
struct file_xml *file_xml_new(struct buf *to, size_t text_max);
void file_xml_add(struct file_xml *x, const char *bytes, size_t len);
/* After the last piece: true where it was well-formed. */
bool file_xml_end(struct file_xml *x);
void file_xml_free(struct file_xml *x);
DEFINE_FREEP(file_xml, struct file_xml, file_xml_free)
#define file_xml_auto __attribute__((cleanup(file_xml_freep))) struct file_xml
