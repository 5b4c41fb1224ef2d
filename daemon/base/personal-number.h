/*
 * Swedish personal identity numbers (personnummer, and samordningsnummer with its day
 * plus 60) in running text (A29): YYMMDD-NNNC or YYYYMMDD-NNNC, with -, + or nothing
 * between, a day that exists, a century of 18, 19 or 20, and the check digit
 * (Luhn over the last ten digits; folkbokföringslagen 1991:481, 18 §).
 *
 * What else has such digits by chance is told apart by three rules:
 * 1. The number stands alone: no digit or letter touches it, nor digits behind a sign
 *    that joins them (- + .), and no country code (+46) is before it. So no part
 *    of a longer reference, a telephone number or an account is one.
 * 2. Without a sign between, or with a blank there, it counts less: a blank, and ten
 *    digits that begin with 0 (telephone numbers do), need a word that names them
 *    ("personnummer", "pnr", "samordningsnummer", "born") close before.
 * 3. A word for another sort of number right before it (OCR, dnr, tel, faktura, konto
 *    ...) takes it out, unless a word of rule 2 stands close too.
 * Other digits pass the check digit once in ten; a person decides about what is found.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The first one in text (UTF-8) at or behind byte `from`: true, with where it begins
 * and its length in bytes. */
bool personal_number_find(
	const char *text, size_t from, size_t *ret_at, size_t *ret_len);
bool personal_number_is_in(const char *text);
/* How many there are. */
size_t personal_number_count(const char *text);
/* Copy with X for each digit of each of them; the caller frees. NULL for NULL. */
char *personal_number_mask(const char *text);
