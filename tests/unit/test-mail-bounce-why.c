/* What servers say, in words of many that are not in the shared corpora: whether there
 * is nobody at that address, or only this mail or this hour was bad. */
#include "mail/bounce-why.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const nobody[] = {
	"550 5.1.1 The email account that you tried to reach does not exist. Please "
	"try",
	"550 5.5.0 Requested action not taken: mailbox unavailable",
	"550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP lookup",
	"550 5.4.1 Recipient address rejected: Access denied. AS(201806281)",
	"554 delivery error: dd This user doesn't have a yahoo.example account "
	"(a@b.example)",
	"554 30 Sorry, your message to a@b.example cannot be delivered. This mailbox "
	"does not exist",
	"550 Message was not accepted -- invalid mailbox. Local mailbox a@b.example is "
	"unavailable: "
	"user not found",
	"550 5.7.1 No such user!",
	"550 Mailbox unavailable or access denied - <a@b.example>",
	"550 Address unknown",
	"550 5.1.1 sorry, no mailbox here by that name (#5.1.1)",
	"550 <a@b.example> No such user here",
	"550 5.1.1 <a@b.example>: Email address could not be found, or was misspelled "
	"(G8)",
	"550-5.1.1 Not our Customer",
	"550 5.1.1 The user a@b.example does not exist in b.example, please check the "
	"address",
	"550 unknown user account",
	"550 No such recipient here",
	"550 Recipient not in our user base",
	"550 Benutzer existiert nicht / user does not exist",
	"550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. "
	"OFR204_416",
	"550 5.1.1 User has been deleted",
	"550 account closed",
	"550 This account has been closed",
	"550 5.1.1 email account no longer exists",
	"550 The account has been permanently closed",
	"550 That recipient is no longer with us",
	"550 Recipient has left the company",
	"550 a@b.example is no longer a valid address of this organisation",
	"550 Not a user here",
	"550 Unable to find user a@b.example",
	"550 Cannot find the user you were looking for",
	"550 could not find recipient in the address book",
	"550 no mail box available for a@b.example",
	"550 That user does not live here",
	"550 There is no such user at this host",
	"550 there is no one at this address",
	"550 Nobody by that name here",
	"550 No person with this address at our organisation",
	"550 Unknown addressee",
	"550 Addressee not found",
	"550 Wrong address",
	"550 Incorrect recipient address",
	"550 Bad address",
	"550 Mailbox <a@b.example> is not known here",
	"550 Sorry, we do not know this recipient",
	"550 We don't know a@b.example",
	"550 The recipient's mailbox has been removed",
	"550 mailbox deleted",
	"550 Mailbox has been permanently removed from the system",
	"550 e-postkontot finns inte längre",
	"550 Mottagaren är okänd",
	"550 Mottagaren kunde inte identifieras",
	"550 Adressen används inte längre",
	"550 Kontot är avslutat",
	"550 Användaren hittades inte",
	"550 Brevlådan finns ej",
	"550 Die E-Mail-Adresse existiert nicht",
	"550 Empfaenger nicht bekannt",
	"550 Käyttäjää ei löydy",
	"550 Brukeren finnes ikke",
	"550 Modtageren findes ikke",
	"Your message was undeliverable because the recipient is unknown to the "
	"receiving system",
	"We were unable to deliver it since there is nobody called a@b.example",
	/* nobody's machine */
	"Host or domain name not found. Name service error for name=b.example type=A: "
	"Host not found",
	"The domain b.example is not registered",
	"550 5.1.2 That domain isn't known to us",
	"Domain has no mail exchangers and no address record",
	"Domänen finns inte",
	"DNS-fel: domänen b.example existerar inte",
	"no DNS record found for b.example",
	"Cannot resolve b.example: no such host is known",
	/* they moved, or want no mail */
	"551 User not local; please try <c@d.example>",
	"550 The recipient has changed address, write to c@d.example",
	"556 5.1.10 Recipient address has null MX",
	"521 5.3.2 This host never accepts mail",
};

static const char *const passing[] = {
	"552 5.2.2 The email account that you tried to reach is over quota",
	"552 Mailbox limit exceeded for this user",
	"452 4.2.2 Mailbox full",
	"550 mailbox is full: retry timeout exceeded",
	"522 5.2.2 User has exhausted allowed storage space",
	"550 5.7.1 Unauthenticated email from a.example is not accepted due to "
	"domain's DMARC policy",
	"550 5.7.26 This mail has been blocked because the sender is unauthenticated",
	"550 5.7.1 Our system has detected that this message is likely unsolicited "
	"mail",
	"554 Message refused: it looks like spam, contact the user by phone",
	"554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using Spamhaus",
	"550 Administrative prohibition: unable to validate recipient",
	"550 5.7.606 Access denied, banned sending IP",
	"451 4.7.1 Greylisting in action, please come back later",
	"421 4.7.0 Try again later, closing connection",
	"450 4.1.1 <a@b.example>: unverified address: Address verification in progress",
	"452 4.3.1 Insufficient system storage",
	"552 5.3.4 Message size exceeds fixed limit",
	"554 5.6.0 Message contains a virus",
	"550 Executable attachments are not allowed",
	"554 5.4.6 Too many hops",
	"550 5.4.1 All recipient addresses rejected : Access denied because of your "
	"IP's reputation",
	"550 5.1.8 Sender address rejected: Domain not found",
	"553 5.1.8 Domain of sender address does not exist",
	"550 Sender verify failed: no such user at the sender's domain",
	"550 Verification failed for <a@b.example>: The mail server could not deliver "
	"mail to it",
	"550 5.7.25 The IP address sending this message does not have a PTR record",
	"554 Relay access denied",
	"550 5.7.1 Relaying not allowed: a@b.example",
	"550 User account suspended for inactivity",
	"550 5.2.1 The email account that you tried to reach is disabled",
	"550 This account is temporarily disabled",
	"delivery temporarily suspended: connect to b.example: Connection timed out",
	"Message expired after 5 days in the queue",
	"connect to mx.b.example[192.0.2.1]:25: Connection refused",
	"conversation with mx.b.example timed out while receiving the initial server "
	"greeting",
	"451 Temporary local problem - please try later",
	"432 4.3.2 Concurrent connections limit exceeded",
	"550 Rate limited: too many messages to this recipient",
	"550 5.7.1 You are not permitted to send to this group",
	"550 5.7.1 RESOLVER.RST.AuthRequired; authentication required",
	"550 5.7.133 Sender not authenticated for group",
	"550 This message was rejected by our content policy",
	"550 Kvoten är överskriden",
	"550 Brevlådan är full",
	"550 Avsändaren är inte tillåten",
	"Försöket avbröts: servern svarar inte",
	"550 Meddelandet är för stort",
	"550 Postfach ist voll",
	"unable to connect to the mail server; it did not respond",
	"TLS handshake failed with mx.b.example",
	"Local configuration error",
};

static size_t wrong(const char *const *list, size_t count, bool permanent)
{
	size_t missed = 0;

	for (size_t i = 0; i < count; i++) {
		enum bounce_why why = bounce_why_said(list[i]);
		if (bounce_why_is_permanent(why) == permanent)
			continue;
		print_message("%s: %s\n",
			bounce_why_name(why) ? bounce_why_name(why) : "-", list[i]);
		missed++;
	}
	return missed;
}

static void who_is_not_there_is_told_in_many_words(void **state)
{
	(void)state;
	assert_int_equal(wrong(nobody, COUNT(nobody), true), 0);
}

static void what_passes_says_nothing_of_the_address(void **state)
{
	(void)state;
	assert_int_equal(wrong(passing, COUNT(passing), false), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_not_there_is_told_in_many_words),
		cmocka_unit_test(what_passes_says_nothing_of_the_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
