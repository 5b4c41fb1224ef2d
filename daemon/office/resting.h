/*
 * Addresses whose mail keeps failing for good: the coordinator is asked, and a yes lets
 * the address rest (store/rest.h).
 */
#pragma once

#include "office/held-acts.h"

/* Asks about addresses that have failed often enough, takes back what is no question
 * any more, ends what the directory has settled. Count of changes, or -1. */
int resting_work(struct office *o, int64_t now, struct err *err);
/* The act "rest-address": held_act_fn. */
int resting_yes(struct office *o, const struct held *h, const struct incoming *in,
	int64_t now, struct held_result *ret, struct err *err);
int resting_no(struct office *o, const struct held *h, const struct incoming *in,
	int64_t now, struct held_result *ret, struct err *err);
