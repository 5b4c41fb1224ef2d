/*
 * May this sender do that? By the roles he has and the evidence that speaks for him, as
 * trust.policy in the settings demands it. All handlers ask here.
 */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "config/trust-settings.h"
#include "office/handler.h"

/*
 * meeting_id: the one that secretary and chair are of; 0: none. Where he has several
 * roles the one that needs least counts. 1 allowed; 0 with the reason code in ret:
 * he has no role for it, he is not vouched for, or he quotes no mail to him; -1.
 */
int policy_allows(struct office *o, const struct mail_case *c, enum policy_act act,
	int64_t meeting_id, const char **ret, struct err *err);
