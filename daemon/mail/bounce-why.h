/*
 * Why a mail was not delivered, told from an enhanced status code (RFC 3463) and the
 * words of servers; and whether that means the address itself, not this mail.
 */
#pragma once

#include <stdbool.h>

enum bounce_why {
	BOUNCE_UNSAID,
	BOUNCE_NO_USER,
	BOUNCE_NO_HOST,
	BOUNCE_MOVED,
	BOUNCE_TAKES_NO_MAIL, /* a null MX (RFC 7505) and the like */
	BOUNCE_SUSPENDED,
	BOUNCE_FULL,
	BOUNCE_TOO_LARGE,
	BOUNCE_SENDER, /* our address, server or its records displease */
	BOUNCE_CONTENT,
	BOUNCE_POLICY,
	BOUNCE_LATER, /* too much at once, try again */
	BOUNCE_NETWORK,
	BOUNCE_SYSTEM,
};

/* The words of a server. text: any lines, valid UTF-8. */
enum bounce_why bounce_why_said(const char *text);
/* What the code alone tells. status may be NULL. */
enum bounce_why bounce_why_of_status(const char *status);
/* "User unknown" without more: also said by servers that dislike the content. */
bool bounce_why_is_vague(const char *text);
/* True where there is nobody at that address, whatever is sent. */
bool bounce_why_is_permanent(enum bounce_why why);
/* "no-user", "full", ...; NULL for BOUNCE_UNSAID. */
const char *bounce_why_name(enum bounce_why why);

/*
 * Lower case, one space between words, "@" for each address, without the codes that
 * servers repeat at the start of each line. The caller frees.
 */
char *bounce_words(const char *text);
/* True where the pieces between '*' stand in text in that order. */
bool bounce_words_have(const char *text, const char *pattern);
