/*
 * From the address in the configuration to the collection: the collection itself, or by
 * way of .well-known/caldav, principal and home (RFC 6764, 6; RFC 4791, 6.2).
 */
#pragma once

#include "intake/fetching.h"

enum finding_stage { FINDING_ADDRESS, FINDING_WELL_KNOWN, FINDING_HOME };

struct finding {
	enum finding_stage stage;
	char *at; /* what is asked next; NULL: the configured address */
	bool tried_well_known;
	int asked; /* questions so far */
};

/* One question. FETCH_DONE: f->known.collection is found. */
enum fetch finding_step(struct finding *s, struct fetching *f, struct err *err);
void finding_deinit(struct finding *s);
