#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "intake/machine-mail.h"

struct machine_case {
	const char *header;
	bool is_machine;
};

static const struct machine_case cases[] = {
	{"", false},
	{"From: a@b.example\r\nSubject: Hej\r\n", false},
	{"Return-Path: <>\r\nFrom: MAILER-DAEMON@b.example\r\n", true},
	{"RETURN-PATH:\t<> \r\n", true},
	{"Return-Path: <a@b.example>\r\n", false},
	{"Auto-Submitted: auto-replied\r\n", true},
	{"Auto-Submitted: auto-generated; x=y\r\n", true},
	{"Auto-Submitted: no\r\n", false},
	{"Auto-Submitted: No; why=person\r\n", false},
	{"Content-Type: multipart/report;\r\n\tboundary=x\r\n", true},
	{"Content-Type:\r\n Multipart/Report; boundary=x\r\n", true},
	{"Content-Type: multipart/mixed; x=multipart/report\r\n", false},
	{"X-Auto-Response-Suppress: All\r\nSubject: multipart/report\r\n", false},
	/* without ends of line, with bytes of any kind */
	{"Return-Path: <>", true},
	{"\xff\xfe: \x01\nAuto-Submitted", false},
};

static void a_program_is_known_by_the_head_of_its_mail(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (machine_mail(cases[i].header) != cases[i].is_machine)
			fail_msg("case %zu: %s", i, cases[i].header);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_is_known_by_the_head_of_its_mail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
