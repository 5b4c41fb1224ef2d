#include "duty/retention.h"

#include <time.h>

#include "base/clock.h"

struct removal retention_of(const struct retention_settings *rule, int64_t now)
{
	struct tm day = clock_local(now);

	day.tm_hour = day.tm_min = day.tm_sec = 0;
	day.tm_isdst = -1;
	day.tm_mday -= rule->keep_days;
	day.tm_year -= rule->keep_years;
	return (struct removal){.class = rule->class,
		.decision = rule->decision,
		.arrived_before = clock_from_local(day)};
}
