/*
 * What a person's reply is about, as far as its words tell: whether he comes, thanks,
 * something for the office's own lists, or anything else, which is a question to be
 * taken care of. Swedish and English. Nothing is decided by it but where a mail goes:
 * what is not plainly one thing stays with the coordinator.
 */
#pragma once

enum reply_sense {
	REPLY_EMPTY,	  /* no words */
	REPLY_THANKS,	  /* "Tack!", "Noterat": nothing to be answered */
	REPLY_ATTENDANCE, /* he comes, does not, or sends somebody */
	REPLY_OFFICE,	  /* addresses, lists, membership: the coordinator's own matters
			   */
	REPLY_QUESTION,	  /* anything else */
	REPLY_MIXED,	  /* attendance or lists, and a question as well */
};

/* text: what the person wrote, without what he quoted. */
enum reply_sense reply_sense_of(const char *text);
