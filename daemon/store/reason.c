#include "store/reason.h"

#include <stdlib.h>
#include <string.h>

struct reason {
	const char *code;
	const char *sentence;
};

/* clang-format off */
/* Sorted by code. */
static const struct reason reasons[] = {
	{"address-fails", "Mail to this address has failed for good on several days; the "
		"coordinator decides whether it is to rest."},
	{"address-resting", "The address rests by the coordinator's word, so nothing is sent there."},
	{"again-by-word", "The coordinator had it sent again, under the same Message-ID."},
	{"answer-applied", "The invited person answered the invitation; the answer counts."},
	{"answer-forwarded", "Somebody sent on an answer that is not his own; it does not "
		"count and is left unread in the inbox for the coordinator."},
	{"answer-no-attendee", "The answer does not say whose it is."},
	{"answer-no-partstat", "The answer says neither yes, no nor perhaps."},
	{"answer-no-token", "The answer quotes no mail to its sender, which the "
		"settings ask for; the coordinator decides."},
	{"answer-not-allowed", "Nobody may answer by mail here, so the "
		"settings; the coordinator decides."},
	{"answer-not-vouched", "No trusted server vouches for the sender of this answer, so it "
		"does not count until the coordinator says yes."},
	{"answer-same", "The very same answer had come before; nothing changed."},
	{"answer-sent-by", "Somebody else answered in the name of the one invited, so the "
		"answer does not count until the coordinator says yes."},
	{"answer-stale", "The answer is older than one that counts, or answers a time or place "
		"that no longer holds; it is recorded and does not count."},
	{"answer-uninvited", "Somebody answered who was not invited; the answer is shown and "
		"never counted."},
	{"answer-unknown-meeting", "The answer names a meeting that is not one of ours."},
	{"answer-wrong-sender", "The answer was sent from an address that is neither the "
		"attendee's nor another one of the same person, so it does not count."},
	{"answered", "The recipient answered, so the mail was received."},
	{"auto-reply", "An automatic answer, out of office for example; nobody wrote it and "
		"nothing is answered."},
	{"auto-reply-absent", "An automatic answer that says until when its owner is away; it is "
		"noted, answers nothing and is answered by nobody."},
	{"automatic-mail-cap", "The address has had as many automatic mails today as one address "
		"may have, so none was sent."},
	{"bounce-complaint", "A reader reported the mail as unwanted; it did reach him, and nothing "
		"changed."},
	{"bounce-counted", "A returned mail: the delivery that it is about is marked as not "
		"received."},
	{"bounce-delayed", "A server still tries to deliver the mail; nothing changed."},
	{"bounce-delivered", "The recipient's server reported that the mail was delivered."},
	{"bounce-no-failure", "A report about a delivery that has not failed; nothing changed."},
	{"bounce-not-ours", "A returned mail about nothing that was sent from here."},
	{"bounce-relayed", "The mail went on to a server that reports no success, or to a list; "
		"whether it arrived is not known."},
	{"bounced", "The recipient's side returned the mail as undeliverable."},
	{"broken-act", "What this asked for could not be carried out here; it is set aside and can "
		"be read again."},
	{"broken-crash", "The reader ended while it was reading this; it is set aside and can be "
		"read again."},
	{"broken-limit", "This exceeds a limit of the reader (depth, parts, size or count), so it "
		"was set aside unread."},
	{"broken-parse", "The bytes are damaged in such a way that nothing certain can be read "
		"from them."},
	{"broken-slow", "Reading this took too long; it is set aside and can be read again."},
	{"calendar-back", "What had gone from the calendar at once is there again, for the most "
		"part; nobody had to decide."},
	{"calendar-emptied", "Most of a calendar's meetings went at once; none of them is "
		"cancelled until the coordinator has said so."},
	{"calendar-kept", "The coordinator let meetings stand that went from their calendar."},
	{"calendar-unreadable", "The calendar cannot be read; what it last said still holds."},
	{"call-declined", "Somebody who is asked to attend does not come; secretary and "
		"coordinator are told."},
	{"call-delegated", "An invited person sends somebody else; secretary and coordinator "
		"are told."},
	{"command-no-role", "Somebody who is not the coordinator answered in "
		"the coordinator's place; nothing is done."},
	{"command-no-token", "The coordinator's answer quotes neither our mail "
		"nor its code; nothing is done."},
	{"command-not-vouched", "No trusted server vouches that the coordinator "
		"wrote this answer; nothing is done."},
	{"command-replay", "The very same answer came before; nothing is done "
		"again."},
	{"command-taken", "The coordinator answered by mail; what each line did "
		"is told back."},
	{"command-unknown", "The coordinator's answer could not be understood; it "
		"lies unread in the inbox, and is asked again once a day."},
	{"counter-accepted", "The coordinator means to change the calendar as was put "
		"forward; everybody is told when it has changed."},
	{"counter-proposed", "An invited person puts another time or place forward; the "
		"coordinator decides."},
	{"counter-refused", "The coordinator said no to another time or place; who put it "
		"forward is told."},
	{"counter-stale", "What was put forward answers a time or place that no longer "
		"holds."},
	{"daily-mail", "The coordinator's mail of all that is open."},
	{"delivered", "The recipient's server reported that the mail was delivered."},
	{"deputy-called", "A member who was asked to attend declined, so the next deputy is "
		"called."},
	{"evidence-found", "Whether the mail had gone was not known; the evidence shows that it "
		"had."},
	{"file-not-fetched", "A file that the calendar names by its address could not be fetched; the letter names the address."},
	{"found-in-mailbox", "The copy of the mail that went to the mailbox itself has come in."},
	{"found-in-sent", "The mail lies in the Sent folder, where the server files what went."},
	{"held-act-failed", "What the coordinator said yes to could not be carried out; the log "
		"says why."},
	{"held-many", "As many notices of mails that wait went out today as may in a "
		"day; the rest is told of in one."},
	{"held-refused", "The coordinator said no to what was asked for."},
	{"held-released", "The coordinator said yes to what was asked for, and it is done."},
	{"itip-not-ours", "A calendar entry about no meeting of ours; it is left unread in "
		"the inbox for the coordinator."},
	{"itip-not-reply", "A request or cancellation from somebody else for a meeting of ours is "
		"ignored: its organiser is this mailbox."},
	{"itip-too-late", "The meeting has begun or is cancelled, so nothing is done about "
		"it any more."},
	{"itip-uninvited", "The sender is not among those invited to the meeting."},
	{"looked-in-sent", "It is looked for in the Sent folder, where the server files what went."},
	{"mail-loop", "The mail has been passed on too often, so it goes in circles; "
		"it is left unread and answered by nobody."},
	{"meeting-cancelled", "The calendar says that the meeting is cancelled."},
	{"meeting-changed", "Something of the meeting changed since its recipients were told."},
	{"meeting-gone", "The meeting is no longer in the calendar."},
	{"meeting-has-begun", "Before this could be sent the meeting had begun, so it was not "
		"sent any more."},
	{"meeting-mail-answered", "The mailbox accepts the invitation that was mailed to it."},
	{"meeting-mail-cancelled", "What was mailed calls off a meeting, or dates of it."},
	{"meeting-mail-many", "More mails are kept about this entry than the settings allow."},
	{"meeting-mail-same", "What was mailed is known already."},
	{"meeting-mail-stale", "What was mailed is older than what is known of the meeting."},
	{"meeting-mail-unknown", "What was mailed calls off a meeting that nobody told of, or holds "
		"no entry that can be used."},
	{"meeting-mailed", "The meeting that was mailed is taken into the calendar of those that "
		"are."},
	{"meeting-no-council", "The calendar entry names no council that there is on that day."},
	{"meeting-no-kind", "The calendar entry does not say what kind of meeting it is."},
	{"meeting-same", "It is the same meeting as another one, as the coordinator said; that one "
		"goes out."},
	{"meeting-several-councils", "The calendar entry fits several councils; a person has to "
		"say which."},
	{"meeting-several-kinds", "The calendar entry fits several kinds of meeting; a person has "
		"to say which."},
	{"meeting-twin", "Another calendar has a meeting of the same council and kind at the same "
		"time; it does not go out until the coordinator has said whether they are one."},
	{"minutes-accepted", "Somebody who may hand in this meeting's minutes did so; they go to "
		"everyone they are owed to."},
	{"minutes-bomb", "A file of these minutes unpacks to more than the limits "
		"allow."},
	{"minutes-corrected", "Files that can be sent on have come in for this "
		"meeting since."},
	{"minutes-damaged", "A file of these minutes is cut off or damaged."},
	{"minutes-empty", "A file of these minutes has nothing in it."},
	{"minutes-infected", "The virus scanner has found something in a file of "
		"these minutes."},
	{"minutes-macros", "A file of these minutes holds macros."},
	{"minutes-meeting-not-held", "Minutes came for a meeting that has not taken place or is "
		"cancelled; the coordinator decides."},
	{"minutes-name-differs", "A file's name says another type than its content; "
		"it is taken for what it is."},
	{"minutes-no-file", "The mail is about minutes, but no file is attached to it."},
	{"minutes-no-meeting", "It cannot be told which meeting these minutes belong to; the "
		"coordinator decides."},
	{"minutes-no-role", "The sender is neither secretary nor chair of this meeting nor of the "
		"security unit; the coordinator decides."},
	{"minutes-no-token", "The minutes answer no mail to their sender, which "
		"the settings ask for; the coordinator decides."},
	{"minutes-not-vouched", "No trusted server vouches for the sender of these minutes; the "
		"coordinator decides."},
	{"minutes-password", "A file of these minutes does not open without a password."},
	{"minutes-refused", "The coordinator said no to these minutes."},
	{"minutes-released", "The coordinator said yes to these minutes; they go to everyone they "
		"are owed to."},
	{"minutes-same", "The very same files had been handed in for this meeting before; nothing "
		"is sent again."},
	{"minutes-several-meetings", "These minutes may belong to several meetings; the "
		"coordinator decides."},
	{"minutes-stand-again", "The newer version of these minutes was withdrawn, so this one, which "
		"had not gone out, does."},
	{"minutes-text-unread", "What is written in a file could not be read; it goes "
		"out all the same, but cannot be searched."},
	{"minutes-too-large", "A file of these minutes is larger than the settings allow."},
	{"minutes-too-many", "The mail has more files than the settings allow."},
	{"minutes-type-refused", "A file of these minutes is of a type that the settings do not "
		"allow."},
	{"minutes-wanted", "The meeting has taken place and its minutes have not come in yet."},
	{"minutes-winmail", "The mail's files are packed in a winmail.dat that cannot "
		"be unpacked."},
	{"minutes-withdrawn", "The coordinator withdrew these minutes."},
	{"no-copy-came", "No copy of it has come to the mailbox in the time allowed for that."},
	{"no-evidence-possible", "Neither the server nor a copy to the mailbox leaves evidence of what went."},
	{"no-longer-owed", "The recipient is no longer owed it by the directory on that day."},
	{"not-found-in-sent", "It does not lie in the Sent folder, so the server has not taken it."},
	{"not-understood", "The mail fits nothing that is handled here; it is left unread in the "
		"inbox for the coordinator."},
	{"outcome-unknown", "The connection ended before the server said whether it took the "
		"mail; evidence is looked for before it is sent again."},
	{"owed", "The recipient is owed it by the directory on that day."},
	{"owed-late-joiner", "The recipient came to be owed it after the others had been told."},
	{"own-mail", "A mail of our own that came back to the mailbox."},
	{"past-meeting", "The meeting had already begun, so nobody is invited to it any more."},
	{"person-reply", "A person wrote something; it is left unread in the inbox for the "
		"coordinator."},
	{"personal-number", "It holds what looks like a personal identity number, so "
		"it waits for the coordinator's yes."},
	{"personal-number-gone", "The wording that held a personal identity number "
		"is there no more; nobody needs to decide."},
	{"personal-number-refused", "The coordinator said no to sending what looks "
		"like a personal identity number; it is not sent, and the secretary "
		"is told."},
	{"personal-number-released", "The coordinator said yes to what looks like a "
		"personal identity number; it goes out."},
	{"plan-no-role", "The sender may not plan meetings by mail."},
	{"plan-no-token", "The mail answers none to its sender, which the "
		"settings ask for before he plans a meeting by mail."},
	{"plan-not-vouched", "No trusted server vouches for the sender, so he "
		"plans no meeting by mail."},
	{"question-answered", "The answer to a member's question was passed on to "
		"who asked."},
	{"question-cap", "The sender has had as many questions or answers passed on "
		"today as one sender may have; it is left unread for the "
		"coordinator."},
	{"question-closed", "The question was closed without an answer."},
	{"question-follow-up", "Who asked wrote again; it was passed on in the same "
		"question."},
	{"question-forwarded", "A member's question was passed on to who answers for "
		"the council."},
	{"question-not-vouched", "No trusted server vouches for the sender of this "
		"in a question, so it is not passed on until the coordinator says "
		"yes."},
	{"question-other-answers", "Somebody else than who was asked answered a "
		"question, so it is not passed on until the coordinator says yes."},
	{"question-too-long", "The text is longer than is passed on; it is left "
		"unread for the coordinator."},
	{"question-waits", "A question has waited for its answer, so who is to "
		"answer is reminded."},
	{"refresh-sent", "An invited person asked for the invitation again and got it as it "
		"is now."},
	{"reminder-due", "The recipient is asked to attend and has not answered."},
	{"repeated", "The sender has sent the very same words several times today; "
		"this one is put away and asks for nothing more."},
	{"reply-mixed", "A person writes whether he comes, or about addresses, and "
		"asks something too; it is left unread for the coordinator."},
	{"rest-address-left", "The address is no longer its person's in the directory, so it rests no "
		"more."},
	{"rest-begun", "The coordinator said yes: nothing more is sent to this address."},
	{"rest-heard", "Somebody wrote from the address, so it rests no more."},
	{"rest-over", "The address rests no more, so what it was owed is sent."},
	{"rest-refused", "The coordinator said no: everything is sent to this address as before."},
	{"rest-settled", "The address takes mail again, or is asked about no more."},
	{"scanner-away", "The virus scanner could not look at a file of these "
		"minutes; it is asked again."},
	{"scanner-too-large", "A file of these minutes is larger than the virus scanner takes; "
		"the coordinator decides."},
	{"secretary-appointed", "The coordinator appointed the meeting's "
		"secretary by mail; what the calendar says of it no longer "
		"counts."},
	{"sent-again", "Whether the mail had gone could not be found out, so it is sent once "
		"more under the same Message-ID."},
	{"server-accepted", "The mail server took the mail over."},
	{"server-deferred", "The mail server asked to try again later."},
	{"server-refused", "The mail server refused the mail for good."},
	{"sign-in-refused", "The mailbox's server refuses the sign-in."},
	{"too-large", "The mail is larger than the settings allow; it is left in the mailbox."},
	{"tried-too-long", "It was tried for as long as the settings allow, without success."},
	{"twin-different", "The coordinator said that the two meetings at once are two."},
	{"twin-settled", "The two meetings are no longer at once, or one of them is gone; nobody "
		"had to decide."},
};
/* clang-format on */

static int compare(const void *code, const void *entry)
{
	return strcmp(code, ((const struct reason *)entry)->code);
}

const char *reason_sentence(const char *code)
{
	const struct reason *found = bsearch(code, reasons,
		sizeof(reasons) / sizeof(*reasons), sizeof(*reasons), compare);

	return found ? found->sentence : NULL;
}

const char *reason_code_at(size_t index)
{
	return index < sizeof(reasons) / sizeof(*reasons) ? reasons[index].code : NULL;
}
