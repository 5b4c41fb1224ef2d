#include "net/public-address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

struct block {
	uint32_t address;
	int bits;
};

/* RFC 6890, 2.2.2, and multicast. */
static bool is_public_v4(uint32_t address)
{
	static const struct block blocks[] = {
		{0x00000000, 8},  /* this network */
		{0x0a000000, 8},  /* private */
		{0x64400000, 10}, /* shared by a provider's customers */
		{0x7f000000, 8},  /* loopback */
		{0xa9fe0000, 16}, /* link-local; clouds' metadata */
		{0xac100000, 12}, /* private */
		{0xc0000000, 24}, /* protocols */
		{0xc0000200, 24}, /* documentation */
		{0xc0586300, 24}, /* 6to4 relays */
		{0xc0a80000, 16}, /* private */
		{0xc6120000, 15}, /* benchmarks */
		{0xc6336400, 24}, /* documentation */
		{0xcb007100, 24}, /* documentation */
		{0xe0000000, 3},  /* multicast, reserved, broadcast */
	};

	for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++)
		if ((address ^ blocks[i].address) >> (32 - blocks[i].bits) == 0)
			return false;
	return true;
}

static uint32_t v4_at(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
	       (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Only 2000::/3 is given out (RFC 4291, 2.4), and some of that holds IPv4 or is no
 * network of the world. */
static bool is_public_v6(const struct in6_addr *address)
{
	static const uint8_t nat64[12] = {0, 0x64, 0xff, 0x9b};
	const uint8_t *b = address->s6_addr;

	if (IN6_IS_ADDR_V4MAPPED(address) || memcmp(b, nat64, sizeof(nat64)) == 0)
		return is_public_v4(v4_at(b + 12));
	if (b[0] == 0x20 && b[1] == 0x02) /* 6to4 */
		return is_public_v4(v4_at(b + 2));
	if (b[0] == 0x20 && b[1] == 0x01 && b[2] < 2) /* Teredo, ORCHID, benchmarks */
		return false;
	if (b[0] == 0x20 && b[1] == 0x01 && b[2] == 0x0d && b[3] == 0xb8)
		return false; /* documentation */
	return (b[0] & 0xe0) == 0x20;
}

bool address_is_public(const struct sockaddr *address)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (address->sa_family == AF_INET) {
		memcpy(&v4, address, sizeof(v4));
		return is_public_v4(ntohl(v4.sin_addr.s_addr));
	}
	if (address->sa_family != AF_INET6)
		return false;
	memcpy(&v6, address, sizeof(v6));
	return is_public_v6(&v6.sin6_addr);
}
