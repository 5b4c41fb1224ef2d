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
