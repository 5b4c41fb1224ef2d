"""A server of a test's own: a port on loopback, and a thread for each who calls."""
import contextlib
import socket
import ssl
import threading


def server_tls(rig):
    """A context with the certificate that the rig's CA vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(rig.ca.with_name("good.pem"), rig.ca.with_name("good.key"))
    return context


class Listener:
    """Calls _talk(connection) for each caller; who has more to set up does so before __init__."""

    def __init__(self):
        self.calls = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.calls += 1
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()


def end(connections):
    """Whose threads they are close them."""
    for connection in list(connections):
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
