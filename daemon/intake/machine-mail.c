#include "intake/machine-mail.h"

#include "base/mem.h"
#include "base/text.h"
#include "intake/header-line.h"

const char *const machine_mail_fields[] = {
	"RETURN-PATH", "AUTO-SUBMITTED", "CONTENT-TYPE", NULL};

bool machine_mail(const char *header)
{
	str_auto *path = header_line_value(header, "Return-Path");
	str_auto *submitted = header_line_value(header, "Auto-Submitted");
	str_auto *type = header_line_value(header, "Content-Type");

	return (path && text_equal_nocase(path, "<>")) ||
	       (submitted && !text_starts_nocase(submitted, "no")) ||
	       (type && text_starts_nocase(type, "multipart/report"));
}
