/*
 * What the parts of the itip handler share: who speaks, about which meeting, and what
 * to do with each method. Called inside the decision's transaction.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "office/handler.h"
#include "office/held-acts.h"
#include "store/meeting.h"

/* In whose name the mail speaks for an attendee (A6). */
enum voice {
	VOICE_NONE,	 /* the sender has nothing to say for him */
	VOICE_OWN,	 /* his own */
	VOICE_ASSISTANT, /* SENT-BY names somebody else: the coordinator decides */
};

/* answer: one of the reader's answers, counters or refreshes. -1 on error. */
int itip_voice(struct office *o, const struct mail_case *c, const json_t *answer,
	enum voice *ret, struct err *err);
/* By our UID, or by the calendar's own (a client may answer the unit's entry). 1, 0,
 * -1. */
int itip_meeting(
	struct office *o, const json_t *answer, struct meeting *ret, struct err *err);

/* Somebody who has an invitation that was not taken back since. */
struct invited {
	char *address; /* the one that was invited, may be another one of his */
	char *name;
	char *person;	    /* id in the directory; NULL */
	char *committee;    /* through which it is owed; NULL */
	json_t *deliveries; /* ids of what he was sent of it */
};

#define INVITED_NOBODY ((struct invited){NULL, NULL, NULL, NULL, NULL})

/* 1, 0 he is not invited, -1. */
int itip_invited(struct office *o, const struct meeting *m, const char *address,
	struct invited *ret, struct err *err);
void invited_deinit(struct invited *i);
#define invited_auto __attribute__((cleanup(invited_deinit))) struct invited

/* METHOD REPLY: said.answers. */
int itip_reply(struct office *o, const struct mail_case *c, struct decision *ret,
	struct err *err);
/* METHOD COUNTER: said.counters. */
int itip_counter(struct office *o, const struct mail_case *c, struct decision *ret,
	struct err *err);
/* METHOD REFRESH: said.refreshes. */
int itip_refresh(struct office *o, const struct mail_case *c, struct decision *ret,
	struct err *err);
/* The coordinator said no to a COUNTER: who sent it is told (DECLINECOUNTER). A
 * held_act_fn. */
int itip_refuse_counter(struct office *o, const struct held *held,
	const struct incoming *in, int64_t now, struct held_result *ret,
	struct err *err);
