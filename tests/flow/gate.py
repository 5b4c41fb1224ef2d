"""A way to a server that can be shut, opened and cut: for servers that are away."""
import contextlib
import select
import socket
import threading


class Gate:
    """Listens on a port of its own. Shut, it hangs up on whoever calls; open, it passes all on."""

    def __init__(self, target):
        self.target, self.is_open, self.calls, self.through = target, False, 0, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()
        self.cut()

    def open(self):
        self.is_open = True

    def shut(self):
        self.is_open = False
        self.cut()

    def cut(self):
        """Ends what is connected now."""
        for connection in self.through:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                caller, _ = self.listener.accept()
                self.calls += 1
                if self.is_open:
                    threading.Thread(target=self._pass, args=(caller,), daemon=True).start()
                else:
                    caller.close()

    def _pass(self, caller):
        with caller, socket.create_connection(("127.0.0.1", self.target)) as server:
            self.through += [caller, server]
            other = {caller: server, server: caller}
            with contextlib.suppress(OSError):
                while True:
                    for ready in select.select(list(other), [], [])[0]:
                        if not (some := ready.recv(65536)):
                            return
                        other[ready].sendall(some)
