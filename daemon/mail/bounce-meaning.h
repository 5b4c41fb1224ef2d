/*
 * What no phrase of bounce-phrases.inc has: a sentence that says of an address, or of a
 * domain, that it is not there, in whatever words. Whom it speaks of and what it says
 * have to stand close together.
 */
#pragma once

#include "mail/bounce-why.h"

/* words: as bounce_words writes them. BOUNCE_NO_USER, BOUNCE_NO_HOST, BOUNCE_MOVED, or
 * BOUNCE_UNSAID. */
enum bounce_why bounce_meaning(const char *words);
