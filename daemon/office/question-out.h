/*
 * What goes out about a question: to the contact, back to the asker, and the contact's
 * reminder. Our own words that quote theirs; a sender's HTML and files stay where they
 * are.
 */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "office/handler.h"
#include "store/question.h"

/* Both inside a transaction. The mail on the table goes to the contact. */
int question_forward(struct office *o, const struct mail_case *c,
	const struct question *q, bool is_follow_up, struct err *err);
/* The mail on the table goes to the asker. */
int question_answer(struct office *o, const struct mail_case *c,
	const struct question *q, struct err *err);
/* True where files came along that a person may want to pass on. */
bool question_has_files(const struct mail_case *c);

/* Reminders that are due: count, or -1. Own transactions. */
int questions_work(struct office *o, int64_t now, struct err *err);
/* When the next falls due behind now; 0: none. */
int questions_next_at(struct office *o, int64_t now, int64_t *ret_at, struct err *err);
/* The coordinator's word: the contact is reminded once more, at most once a day. 1
 * sent, 0 not; ret_contact: whom (the caller frees), NULL where it is not open. Inside
 * a transaction. -1. */
int question_remind_again(
	struct office *o, int64_t id, int64_t now, char **ret_contact, struct err *err);
