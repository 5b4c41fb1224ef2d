/*
 * Message-IDs that prove themselves: <d17.abcd...@domain>, the token being an HMAC of
 * "d17". Quoted in In-Reply-To or References they tell which delivery is answered.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* With angle brackets; domain is the mailbox's. The caller frees. */
char *message_id_make(const uint8_t key[32], int64_t delivery_id, const char *domain);
/* The first valid token in a list of ids ("<a@b> <c@d>"); 0 where none is ours. */
int64_t message_id_delivery(const uint8_t key[32], const char *ids);
/* A Message-ID from outside that may stand in a header field of ours: <visible ASCII
 * without angle brackets>, 250 bytes at most. False for NULL. */
bool message_id_is_plain(const char *id);
