/*
 * Somebody declines a call that asks for attendance: secretary and coordinator are told
 * at once, and where the setting says so the next deputy is called.
 */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "office/itip.h"
#include "store/answer.h"

/*
 * To be asked after every answer that was applied; most concern nobody. delegated_to:
 * whom he sends in his place; NULL.
 */
int decline_work(struct office *o, const struct meeting *m, const struct invited *who,
	const struct answer *answer, const char *delegated_to, int64_t now,
	struct err *err);
