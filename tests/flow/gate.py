"""A way to a server that can be shut, opened and cut: for servers that are away."""
import contextlib
import select
import socket

from listening import Listener, end


class Gate(Listener):
    """Listens on a port of its own. Shut, it hangs up on whoever calls; open, it passes all on."""

    def __init__(self, target):
        self.target, self.is_open, self.through = target, False, []
        super().__init__()

    def __exit__(self, *exception):
        super().__exit__(*exception)
        self.cut()

    def open(self):
        self.is_open = True

    def shut(self):
        self.is_open = False
        self.cut()

    def cut(self):
        """Ends what is connected now."""
        end(self.through)

    def _talk(self, caller):
        if self.is_open:
            self._pass(caller)
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
