/*
 * Which addresses are the whole world's (RFC 6890): what somebody names in a calendar
 * must not lead us to servers that only this machine or its network can reach.
 */
#pragma once

#include <stdbool.h>
#include <sys/socket.h>

/* False for loopback, private, link-local, shared, reserved and multicast addresses,
 * for IPv4 ones within IPv6 as for themselves, and for any other family. */
bool address_is_public(const struct sockaddr *address);
