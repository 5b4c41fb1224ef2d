/* Whether a mail server wrote this. */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "mail/bounce-text.h"
#include "mail/header-read.h"
#include "mail/mail-class.h"

/* Subjects of mail servers begin so. Folded. */
static const char *const subjects[] = {"undeliver", "mail delivery fail",
	"mail delivery problem", "mail delivery status", "mail delivery system",
	"mail delivery error", "mail delivery subsystem", "mail delivery",
	"mail not delivered", "delivery status notification", "delivery status",
	"delivery failure", "delivery failed", "delivery has failed",
	"delivery notification", "delivery report", "delivery problem",
	"delivery error", "delivery delayed", "delivery unsuccessful", "failure notice",
	"failure delivery", "failed delivery", "failed mail", "returned mail",
	"returned to sender", "return to sender", "returned message",
	"mail system error", "mail error", "message delivery", "message not delivered",
	"message undeliverable", "message could not be delivered", "message delayed",
	"message rejected", "message status", "mail could not be delivered",
	"mail failure", "mail rejected", "mail returned", "mail delayed", "mail status",
	"mailer-daemon", "non delivery", "non-delivery", "nondeliver",
	"notice: mail delivery", "could not send", "could not deliver",
	"couldn't deliver", "unable to deliver", "cannot deliver", "error sending",
	"error delivering", "rejected:", "warning: message ", "warning: could not send",
	"warning: returned", "could not send message", "user unknown",
	"ndn: ", "ndn:", "ndr: ", "ndr:", "postmaster notify", "postmaster warning",
	"postfix smtp server: errors", "complaint about message", "abuse report",
	"email feedback report", "email complaint", "success notice",
	"relayed:", "delivered:", "delayed:", "olevererbar", "oleverbar",
	"ej levererbar", "ej levererat", "kan inte levereras", "inte levererat",
	"meddelandet kunde inte", "kunde inte levereras", "ditt meddelande kunde inte",
	"misslyckad leverans", "leveransfel", "leveransrapport", "leveransstatus",
	"leverans misslyckad", "leveransen misslyck", "leveransfördröjning",
	"status för leverans", "meddelande om leverans", "levererades inte",
	"kan ikke leveres", "kunne ikke leveres", "ikke leveret", "levering mislykket",
	"levering mislyktes", "leveringsfeil", "leveringsstatus", "uleverbar",
	"ei voitu toimittaa", "toimitus epäonnistui", "toimittamaton", "unzustellbar",
	"nicht zustellbar", "zustellung", "zustellungsfehler", "fehler beim zustellen",
	"übermittlungsstatus", "non remis", "non délivr", "échec de la remise", "échec",
	"no se pudo", "no entregado"};

/* Who servers say they are: the local part, or the name. Folded. */
static const char *const daemons[] = {"mailer-daemon", "mailerdaemon", "mailer_daemon",
	"mail-daemon", "maildaemon", "mail_daemon", "mdaemon", "postmaster",
	"mail-delivery", "maildelivery", "mailsystem", "mail-system", "mailadmin",
	"mail-admin", "microsoftexchange", "mmdf", "double-bounce", "bounce", "bounces",
	"daemon", "mailrouter", "smtp-daemon", "abuse-report", "feedbackloop", "fbl"};
static const char *const daemon_names[] = {"mail delivery", "mailer daemon",
	"mailer-daemon", "mail daemon", "mail administrator", "system administrator",
	"mail system", "mail router", "microsoft outlook", "microsoft exchange",
	"postmaster", "systemadministratör", "e-postsystem", "delivery subsystem"};

static bool is_daemon(const char *folded_local)
{
	for (size_t i = 0; i < sizeof(daemons) / sizeof(daemons[0]); i++) {
		size_t len = strlen(daemons[i]);
		if (text_starts(folded_local, daemons[i]) &&
			!(folded_local[len] >= 'a' && folded_local[len] <= 'z'))
			return true;
	}
	return false;
}

/* Some write no address but a name: "From: Mail Delivery Subsystem <MAILER-DAEMON>". */
static bool is_from_server(const struct header_fields *fields)
{
	header_addresses_auto from = HEADER_ADDRESSES_NONE;
	const char *raw = header_fields_get(fields, "from");
	header_addresses_add(&from, raw ? raw : "", 1);
	str_auto *plain = header_text(raw ? raw : "");
	str_auto *all = text_fold(plain);
	if (from.count == 0)
		return is_daemon(all) || TEXT_STARTS_ONE(all, daemon_names);
	str_auto *local =
		xstrndup(from.list[0].address, strcspn(from.list[0].address, "@"));
	str_auto *folded = text_fold(local);
	str_auto *name = text_fold(from.list[0].name);
	return is_daemon(folded) || TEXT_STARTS_ONE(name, daemon_names);
}

static bool is_null_path(const struct header_fields *fields)
{
	const char *raw = header_fields_get(fields, "return-path");
	str_auto *plain = raw ? header_plain(raw) : NULL;
	str_auto *trimmed = plain ? text_trim(plain) : NULL;
	return trimmed && strcmp(trimmed, "<>") == 0;
}

/* In reply to something, or passed on: what a person does with a bounce too. */
static bool looks_human(const struct header_fields *fields, const char *subject)
{
	return mail_class_is_passed_on(subject) ||
	       header_fields_get(fields, "in-reply-to") ||
	       header_fields_get(fields, "references");
}

/* An address heads a line, and what follows says why it was not reached. */
static bool names_failure(const char *text)
{
	static const char *const nobody[] = {NULL};
	bounce_text_auto b = {0};
	bounce_text_read(&b, text, nobody);
	return b.count > 0 && b.list[0].rank <= BOUNCE_RANK_REPLY &&
	       b.list[0].why != BOUNCE_UNSAID;
}

static bool is_told_in_words(const struct header_fields *fields, const char *text)
{
	str_auto *subject = mail_class_subject(fields);
	bool server = is_from_server(fields);
	bool null_path = is_null_path(fields);
	if ((!server && !null_path) || mail_class_is_auto_subject(subject))
		return false;
	if (!null_path && looks_human(fields, subject))
		return false;
	if (TEXT_STARTS_ONE(subject, subjects))
		return true;
	return bounce_text_is_report(text) && (server || names_failure(text));
}

bool mail_class_is_bounce(const struct header_fields *fields,
	const struct mail_tree *tree, const char *text)
{
	str_auto *subject = mail_class_subject(fields);
	bool is_report = mail_class_has_report(tree, "delivery-status") ||
			 mail_class_has_report(tree, "feedback-report");
	/* A person who passes a bounce on may pass on its parts. */
	if (is_report && mail_class_is_passed_on(subject))
		return is_from_server(fields) || is_null_path(fields);
	return is_report || header_fields_get(fields, "x-failed-recipients") ||
	       is_told_in_words(fields, text);
}
