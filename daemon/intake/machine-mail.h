/*
 * Whether a program wrote a mail, as its head has it at first sight: only for the order
 * in which mail is taken. What a mail is, the office decides.
 */
#pragma once

#include <stdbool.h>

/* The fields that machine_mail looks at; ends with NULL. */
extern const char *const machine_mail_fields[];

/* header: raw fields, up to a blank line or its end. A null return path (RFC
 * 5321, 4.5.5), Auto-Submitted other than no (RFC 3834, 5) or a report (RFC 6522). */
bool machine_mail(const char *header);
