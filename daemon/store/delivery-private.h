/*
 * Private to store/: what the files about deliveries share.
 */
#pragma once

#include "store/delivery.h"

/* 1 found, 0 none, -1. */
int delivery_load(struct db *db, int64_t id, struct delivery *ret, struct err *err);
/* The enum of a name in the store. */
enum delivery_state delivery_state_of(const char *name);
/* A move's entry in the journal, under its reason code; reply: the server's words, or
 * NULL. */
int delivery_journal(struct db *db, int64_t id, enum delivery_state state,
	const char *who, const char *why, const char *reply, int64_t now,
	struct err *err);
