/* What "so many days" and "so many years" mean on a day. */
#include "duty/retention.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"

static void a_rule_counts_whole_local_days(void **state)
{
	(void)state;
	static const struct {
		const char *now, *before;
		int days, years;
	} cases[] = {
		{"2026-09-07T08:30:00+02:00", "2026-08-08T00:00:00+02:00", 30, 0},
		{"2026-09-07T23:59:59+02:00", "2026-09-06T00:00:00+02:00", 1, 0},
		/* over the end of summer time */
		{"2026-11-01T09:00:00+01:00", "2026-10-20T00:00:00+02:00", 12, 0},
		{"2026-09-07T08:30:00+02:00", "2024-09-07T00:00:00+02:00", 0, 2},
		{"2028-02-29T12:00:00+01:00", "2027-03-01T00:00:00+01:00", 0, 1},
		{"2026-01-10T12:00:00+01:00", "2025-12-31T00:00:00+01:00", 10, 0},
	};
	clock_set_zone("Europe/Stockholm");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct retention_settings rule = {.class = "own",
			.keep_days = cases[i].days,
			.keep_years = cases[i].years,
			.decision = "KS 1"};
		int64_t now = 0;
		assert_true(clock_parse(cases[i].now, &now));
		struct removal r = retention_of(&rule, now);
		str_auto *before = clock_format(r.arrived_before);
		assert_string_equal(before, cases[i].before);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_counts_whole_local_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
