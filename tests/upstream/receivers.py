"""Receivers of events on this machine, as well or badly behaved as a test wants."""

import contextlib
import json
import socket
import threading

from tests import servers


class Sink(servers.Server):
    """Takes events. `answer` gives (status, headers) for one; `taken` holds (headers, body) of each request."""

    def __init__(self):
        super().__init__(_Handler)
        self.taken = []
        self.answer = lambda request: (204, {})
        self.pause = 0  # seconds before it answers, unless it is let go on or ended
        self.may_go_on = threading.Event()
        self.body = b""

    @property
    def url(self):
        return f"{super().url}/events"

    @property
    def events(self):
        return [json.loads(body) for _, body in self.taken]

    @property
    def ids(self):
        return [headers["webhook-id"] for headers, _ in self.taken]


class _Handler(servers.Handler):
    def do_POST(self):
        body = self.body()
        if len(body) < int(self.headers["Content-Length"]):  # the sender died in the middle: nothing was received
            return
        self.server.taken.append((self.headers, body))
        status, headers = self.server.answer(json.loads(body))
        self.server.may_go_on.wait(self.server.pause)
        self.answer(status, self.server.body, headers)


@contextlib.contextmanager
def running():
    with servers.running(Sink()) as sink:
        try:
            yield sink
        finally:
            sink.may_go_on.set()


@contextlib.contextmanager
def raw(talk):
    """Run a server that lets `talk` do what it likes with one connection, and give its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            with contextlib.suppress(OSError):
                connection, _ = server.accept()
                with connection:
                    talk(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            thread.join()
