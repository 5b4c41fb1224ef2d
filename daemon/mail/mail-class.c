/* What class a mail is of, by its bytes alone (F6, design decision 5). */
#include "mail/mail-class.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "mail/header-read.h"
#include "mail/mail-head.h"

static const char *const reply_subjects[] = {
	"re:", "sv:", "aw:", "vs:", "antw:", "ref:", "re[", "re :", "sv :"};
static const char *const forward_subjects[] = {
	"vb:", "fw:", "fwd:", "wg:", "vl:", "tr:", "fwd :", "vb :", "[fwd:"};

char *mail_class_subject(const struct header_fields *fields)
{
	const char *raw = header_fields_get(fields, "subject");
	str_auto *text = header_text(raw ? raw : "");
	str_auto *trimmed = text_trim(text);
	return text_fold(trimmed);
}

bool mail_class_is_passed_on(const char *folded)
{
	return TEXT_STARTS_ONE(folded, reply_subjects) ||
	       TEXT_STARTS_ONE(folded, forward_subjects);
}

bool mail_class_has_report(const struct mail_tree *tree, const char *kind)
{
	str_auto *type = xasprintf("message/%s", kind);
	str_auto *global = xasprintf("message/global-%s", kind);
	for (size_t i = 0; i < tree->count; i++) {
		const struct mail_part *part = &tree->parts[i];
		if (part->nesting > 0)
			continue;
		if (strcmp(part->media_type, type) == 0 ||
			strcmp(part->media_type, global) == 0 ||
			(part->report_type &&
				text_equal_nocase(part->report_type, kind)))
			return true;
	}
	return false;
}

static bool is_reply(const struct header_fields *fields)
{
	str_auto *subject = mail_class_subject(fields);
	return header_fields_get(fields, "in-reply-to") ||
	       header_fields_get(fields, "references") ||
	       TEXT_STARTS_ONE(subject, reply_subjects);
}

const char *mail_head_class(const struct header_fields *fields,
	const struct mail_tree *tree, const char *text)
{
	if (mail_class_is_bounce(fields, tree, text))
		return "bounce";
	if (mail_class_is_automatic(fields, tree))
		return "auto-reply";
	return is_reply(fields) ? "reply" : "unknown";
}
