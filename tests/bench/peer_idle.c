/*
 * The least that can wait for mail: signs in over TLS, selects INBOX, waits in IDLE,
 * and prints READY, then NEW for each EXISTS. Checks no certificate.
 *
 *   peer_idle PORT USER PASSWORD
 */
#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static void need(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "peer_idle: %s\n", what);
	exit(1);
}

static int connect_to(const char *port)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(port)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

	need(fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0,
		"connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

static gnutls_session_t begin_tls(int fd)
{
	gnutls_session_t tls;
	gnutls_certificate_credentials_t none;
	int r;

	need(gnutls_certificate_allocate_credentials(&none) == 0, "credentials");
	need(gnutls_init(&tls, GNUTLS_CLIENT) == 0, "TLS");
	gnutls_set_default_priority(tls);
	gnutls_credentials_set(tls, GNUTLS_CRD_CERTIFICATE, none);
	gnutls_transport_set_int(tls, fd);
	do
		r = gnutls_handshake(tls);
	while (r < 0 && !gnutls_error_is_fatal(r));
	need(r == 0, "handshake");
	return tls;
}

/* One line without its end. */
static void read_line(gnutls_session_t tls, char *line, size_t size)
{
	size_t len = 0;
	ssize_t n;
	char c = 0;

	while (c != '\n') {
		do
			n = gnutls_record_recv(tls, &c, 1);
		while (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED);
		need(n == 1, "the server closed the connection");
		if (len < size - 1 && c >= ' ')
			line[len++] = c;
	}
	line[len] = '\0';
}

static void say(gnutls_session_t tls, const char *words, const char *until)
{
	char line[2048];

	gnutls_record_send(tls, words, strlen(words));
	do
		read_line(tls, line, sizeof(line));
	while (strncmp(line, until, strlen(until)) != 0);
}

int main(int argc, char **argv)
{
	char line[2048];

	need(argc == 4, "usage: peer_idle PORT USER PASSWORD");
	gnutls_session_t tls = begin_tls(connect_to(argv[1]));
	setvbuf(stdout, NULL, _IOLBF, 0);
	snprintf(line, sizeof(line), "a LOGIN %s %s\r\n", argv[2], argv[3]);
	say(tls, line, "a OK");
	say(tls, "b SELECT INBOX\r\n", "b OK");
	say(tls, "c IDLE\r\n", "+");
	puts("READY");
	for (;;) {
		read_line(tls, line, sizeof(line));
		if (strstr(line, " EXISTS"))
			puts("NEW");
	}
}
