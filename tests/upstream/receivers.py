"""Receivers of events on this machine, as well or badly behaved as a test wants."""

import contextlib
import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Sink(ThreadingHTTPServer):
    """Takes events. `answer` gives (status, headers) for one; `taken` holds (headers, body) of each request."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.taken = []
        self.answer = lambda request: (204, {})
        self.pause = 0  # seconds before it answers, unless it is let go on or ended
        self.may_go_on = threading.Event()
        self.body = b""

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/events"

    @property
    def events(self):
        return [json.loads(body) for _, body in self.taken]

    @property
    def ids(self):
        return [headers["webhook-id"] for headers, _ in self.taken]

    def handle_error(self, request, client_address):
        """Say nothing of callers who hang up: they are meant to."""


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) < length:  # the sender died in the middle: nothing was received
            return
        self.server.taken.append((self.headers, body))
        status, headers = self.server.answer(json.loads(body))
        self.server.may_go_on.wait(self.server.pause)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *arguments):
        pass


@contextlib.contextmanager
def running():
    sink = Sink()
    thread = threading.Thread(target=sink.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield sink
    finally:
        sink.may_go_on.set()
        sink.shutdown()
        thread.join()
        sink.server_close()


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
