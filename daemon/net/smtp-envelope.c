#include "net/smtp-envelope.h"

#include <inttypes.h>
#include <string.h>

#define ENVELOPE_ID_MAX 100 /* RFC 3461 section 4.4 */

static bool is_utf8_only(const char *address)
{
	return !smtp_address_is_plain(address) && smtp_address_is_plain_utf8(address);
}

static bool needs_utf8(const struct smtp_mail *mail)
{
	return is_utf8_only(mail->from) || is_utf8_only(mail->to);
}

static bool is_offerable(const char *address)
{
	return smtp_address_is_plain(address) || is_utf8_only(address);
}

const char *smtp_find_fault(const struct smtp_mail *mail,
	const struct smtp_extensions *e, const struct smtp_lines *lines)
{
	if (*mail->from && !is_offerable(mail->from))
		return "not sent: the sender's address is not plain";
	if (!is_offerable(mail->to) ||
		(mail->copy_to && !smtp_address_is_plain(mail->copy_to)))
		return "not sent: the recipient's address is not plain";
	if (needs_utf8(mail) && !e->has_utf8)
		return "not sent: the address needs SMTPUTF8, which the server does "
		       "not offer";
	if (!smtp_lines_end(lines))
		return "not sent: the mail has lines that do not end in CR LF";
	if (lines->has_8bit && !e->has_8bitmime)
		return "not sent: the mail has 8-bit text, which the server does not "
		       "take";
	if (e->size_max && mail->size > e->size_max)
		return "not sent: the mail is larger than the server takes";
	return NULL;
}

static bool wants_reports(const struct smtp_mail *mail, const struct smtp_extensions *e)
{
	return e->has_dsn && mail->report != SMTP_REPORT_DEFAULT;
}

static void add_report_id(struct buf *to, const char *id)
{
	str_auto *xtext = smtp_xtext(id);

	if (strlen(xtext) <= ENVELOPE_ID_MAX)
		buf_addf(to, " ENVID=%s", xtext);
}

void smtp_add_mail_from(struct buf *to, const struct smtp_mail *mail,
	const struct smtp_extensions *e, const struct smtp_lines *lines)
{
	buf_addf(to, "MAIL FROM:<%s>", mail->from);
	if (e->has_size)
		buf_addf(to, " SIZE=%" PRIu64, mail->size);
	if (lines->has_8bit)
		buf_add_str(to, " BODY=8BITMIME");
	if (needs_utf8(mail))
		buf_add_str(to, " SMTPUTF8");
	if (wants_reports(mail, e)) {
		buf_add_str(to, " RET=HDRS");
		if (mail->envelope_id)
			add_report_id(to, mail->envelope_id);
	}
	buf_add_str(to, "\r\n");
}

void smtp_add_rcpt_to(struct buf *to, const struct smtp_mail *mail,
	const struct smtp_extensions *e, bool copy)
{
	const char *address = copy ? mail->copy_to : mail->to;

	buf_addf(to, "RCPT TO:<%s>", address);
	if (wants_reports(mail, e) && copy) {
		buf_add_str(to, " NOTIFY=NEVER");
	} else if (wants_reports(mail, e)) {
		buf_addf(to, " NOTIFY=%sFAILURE,DELAY",
			mail->report == SMTP_REPORT_ALL ? "SUCCESS," : "");
		/* An address in UTF-8 would need a type of its own (RFC 6533). */
		str_auto *xtext =
			smtp_address_is_plain(address) ? smtp_xtext(address) : NULL;
		if (xtext)
			buf_addf(to, " ORCPT=rfc822;%s", xtext);
	}
	buf_add_str(to, "\r\n");
}
