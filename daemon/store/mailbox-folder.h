/*
 * What of a folder in the mailbox is in the store already: everything up to one uid,
 * and some above it, as mail is not fetched in the order of its uids alone.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/incoming.h"

/* Up to this uid nothing is missing; 0 where nothing is known of that folder and
 * uidvalidity. place.uid is of no matter. 0 or -1. */
int mailbox_folder_complete(
	struct db *db, const struct place *place, uint32_t *ret_uid, struct err *err);
/* From now on up to place.uid. */
int mailbox_folder_set_complete(
	struct db *db, const struct place *place, struct err *err);

struct uids {
	uint32_t *list; /* ascending */
	size_t count;
};

void uids_deinit(struct uids *uids);
#define uids_auto __attribute__((cleanup(uids_deinit))) struct uids
#define UIDS_NONE ((struct uids){NULL, 0})

/* Those above place.uid that are in the store. 0 or -1. */
int mailbox_folder_known(
	struct db *db, const struct place *place, struct uids *ret, struct err *err);
