/*
 * Questions of committee members that were passed on, each with the mails of its
 * thread: open until the contact has answered or somebody closes it.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct db;

struct question {
	int64_t id;
	int64_t meeting_id; /* 0: about none that is known */
	char *asker;	    /* address */
	char *asker_name;   /* "" where he gave none */
	char *contact;	    /* address of who is to answer */
	char *subject;	    /* of the mail that asked first */
	bool is_open;
	int64_t asked_at;    /* when the newest unanswered word came */
	int64_t reminded_at; /* 0: not since then */
};

void question_deinit(struct question *q);
#define question_auto __attribute__((cleanup(question_deinit))) struct question
#define QUESTION_EMPTY ((struct question){0})

/* Takes meeting_id, asker, asker_name, contact, subject from q. 0, -1. */
int question_add(struct db *db, const struct question *q, int64_t now, int64_t *ret_id,
	struct err *err);
/* One more mail of the thread: an answer ends the question, anything else opens it
 * (again). */
int question_add_mail(struct db *db, int64_t id, int64_t incoming_id,
	const char *sender, bool is_answer, int64_t now, struct err *err);
/* 1, 0, -1 each. */
int question_get(struct db *db, int64_t id, struct question *ret, struct err *err);
/* The one that a letter of ours was about. */
int question_of_delivery(
	struct db *db, int64_t delivery_id, struct question *ret, struct err *err);
/* The one that a mail from outside belongs to, by its Message-ID. */
int question_of_message(
	struct db *db, const char *message_id, struct question *ret, struct err *err);
/* Ends an open one without an answer: 1, 0 it is not open, -1. */
int question_close(
	struct db *db, int64_t id, const char *by, int64_t now, struct err *err);
int question_set_reminded(struct db *db, int64_t id, int64_t now, struct err *err);

/* Mails of questions that came from an address since `since`. -1. */
int question_count_from(
	struct db *db, const char *sender, int64_t since, struct err *err);
/* Message-ID of the newest mail of the thread that is an answer, or that is none; and
 * of our newest letter to the contact. The caller frees; NULL: there is none. 0, -1. */
int question_last_mail(struct db *db, int64_t id, bool is_answer, char **ret_message_id,
	struct err *err);
int question_last_letter(
	struct db *db, int64_t id, char **ret_message_id, struct err *err);
/* What the asker wrote last, as the reader understood it; the caller frees; NULL: not
 * known any more. */
int question_text(struct db *db, int64_t id, char **ret_text, struct err *err);

/*
 * The open ones, oldest first: [{id, register, meeting (code), meeting_id, title (of
 * the meeting), from, from_name, contact, subject, asked_at, reminded_at (UTC seconds,
 * absent: not)}]; new reference.
 */
json_t *question_open_list(struct db *db, struct err *err);
