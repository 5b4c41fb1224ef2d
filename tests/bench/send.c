/*
 * The dispatcher's lanes over plain connections, as smtp-sink has no TLS:
 *     send prepare DB COUNT SIZE      a store with so many deliveries that are due
 *     send run DB PORT CONNECTIONS    sends them all, each result committed
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "dispatch/sender.h"
#include "net/channel.h"
#include "net/smtp-over.h"
#include "store/db.h"
#include "store/letter.h"

#define NOW 1788242400

static int die(const char *what, const struct err *err)
{
	fprintf(stderr, "send: %s: %s\n", what, err->text);
	exit(1);
}

/* ---- prepare ---- */

static void prepare_one(
	struct db *db, int64_t letter_id, int number, const struct content *body)
{
	struct err err = ERR_INIT;
	str_auto *address = xasprintf("user%05d@dest.example", number);
	str_auto *id = xasprintf("<d%d.0123456789abcdef@bench.example>", number);
	str_auto *head = xasprintf("From: <office@bench.example>\r\nTo: <%s>\r\n"
				   "Message-ID: %s\r\nSubject: Kallelse\r\n",
		address, id);
	const struct delivery d = {.letter_id = letter_id,
		.address = address,
		.priority = 5,
		.due_at = NOW};
	int64_t delivery = 0;

	if (delivery_add(db, &d, NOW, &delivery, &err) < 0 ||
		delivery_freeze(db, delivery, id, head, strlen(head), body, &err) < 0)
		die("prepare", &err);
}

/* SIZE bytes of own body each; with SIZE below 0, one body of that size for all. */
static int prepare(const char *path, int count, long size)
{
	struct err err = ERR_INIT;
	db_auto *db = db_open(path, &err);
	buf_auto body = BUF_EMPTY;
	bool is_shared = size < 0;
	struct letter letter = {
		.kind = "minutes", .language = "sv", .about = "", .subject = "x"};
	int64_t letter_id = 0;

	buf_add_str(&body, "Content-Type: text/plain\r\n\r\n");
	for (size_t want = (size_t)labs(size) - 200; body.len < want;)
		buf_add_str(&body,
			"Trygghetsrad i Skaggetorp, kallelse och dagordning, "
			"text.\r\n");
	const struct content content = CONTENT_OF(body.data, body.len);
	letter.body = is_shared ? content : CONTENT_NONE;
	if (!db || db_begin(db, &err) < 0 ||
		letter_put(db, &letter, NOW, &letter_id, &err) < 0)
		die(path, &err);
	for (int i = 0; i < count; i++)
		prepare_one(db, letter_id, i, is_shared ? NULL : &content);
	return db_commit(db, &err) < 0 ? die("commit", &err) : 0;
}

/* ---- a plain connection ---- */

static ssize_t result_of(ssize_t n, bool is_read)
{
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return CHANNEL_WOULD_WAIT;
	return n > 0 || (n == 0 && !is_read) ? n : CHANNEL_ENDED;
}

static ssize_t plain_receive(void *connection, void *to, size_t size)
{
	return result_of(recv(*(int *)connection, to, size, MSG_DONTWAIT), true);
}

static ssize_t plain_send(void *connection, const void *bytes, size_t len)
{
	return result_of(
		send(*(int *)connection, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL),
		false);
}

static void plain_close(void *connection)
{
	close(*(int *)connection);
	free(connection);
}

static int connect_to(int port)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	struct sockaddr_in to = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		exit(2);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

/* Reads to the last line of one reply. */
static void hear(int fd, struct buf *ret)
{
	char c;

	buf_clear(ret);
	for (size_t line = 0; recv(fd, &c, 1, 0) == 1;) {
		buf_add_char(ret, c);
		if (c != '\n')
			continue;
		if (ret->len > line + 3 && ret->data[line + 3] == ' ')
			return;
		line = ret->len;
	}
	exit(3);
}

/* "250-SIZE 1\r\n250 PIPELINING\r\n" as stream_capabilities has it. */
static void keep_extensions(const struct buf *reply, struct buf *ret)
{
	for (const char *at = buf_str(reply), *end; (end = strchr(at, '\r'));
		at = end + 2) {
		buf_add(ret, at + 4, (size_t)(end - at) - 4);
		buf_add_char(ret, '\n');
	}
}

static struct smtp *open_plain(void *context, struct err *err)
{
	int *fd = xmalloc(sizeof(*fd));
	buf_auto reply = BUF_EMPTY, extensions = BUF_EMPTY;

	(void)err;
	*fd = connect_to(*(int *)context);
	hear(*fd, &reply);
	if (send(*fd, "EHLO bench.example\r\n", 20, 0) != 20)
		exit(2);
	hear(*fd, &reply);
	keep_extensions(&reply, &extensions);
	struct channel channel = {.connection = fd,
		.fd = *fd,
		.receive = plain_receive,
		.send = plain_send,
		.close = plain_close};
	return smtp_over(stream_over(&channel, buf_str(&extensions)), 60000);
}

/* ---- run ---- */

static int run(const char *path, int port, int connections)
{
	struct err err = ERR_INIT;
	const struct settings settings = {.mailbox_address = "office@bench.example",
		.smtp = {.messages_per_minute = 10000000,
			.connections = connections,
			.messages_per_connection = 1000000,
			.retry_hours = 48,
			.reports = SMTP_REPORT_TROUBLE,
			.retry_first_seconds = 300}};
	db_auto *db = db_open(path, &err);
	if (!db)
		die(path, &err);
	sender_auto *sender = sender_new(db, &settings, open_plain, &port, NOW, &err);
	struct pollfd fds[SENDER_LANES_MAX];
	int more;

	do {
		size_t count = 0;
		more = sender_turn(sender, true, NOW, &err);
		int64_t ms = sender_poll(sender, fds, &count, NOW);
		if (!more && sender_is_busy(sender))
			poll(fds, count, (int)ms);
	} while (more >= 0 && (more || sender_is_busy(sender)));
	if (more < 0)
		die("run", &err);
	printf("%llu\n", (unsigned long long)sender_tally(sender).results);
	return 0;
}

int main(int argc, char **argv)
{
	log_open("dispatch");
	signal(SIGPIPE, SIG_IGN);
	if (argc == 5 && strcmp(argv[1], "prepare") == 0)
		return prepare(argv[2], atoi(argv[3]), atol(argv[4]));
	if (argc == 5 && strcmp(argv[1], "run") == 0)
		return run(argv[2], atoi(argv[3]), atoi(argv[4]));
	return 64;
}
