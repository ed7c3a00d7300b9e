"""gunicorn's settings: `gunicorn heka_confirm.wsgi`, started in this folder, reads them by itself."""

import logging
import os
import time
from typing import Any

from gunicorn import glogging
from gunicorn.config import Config
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

from heka_confirm.logs import JsonFormatter, PlainFormatter


class Logger(glogging.Logger):
    """gunicorn's own lines in the form of all others; the access log is the application's."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)  # type: ignore[no-untyped-call]  # gunicorn has few types
        plain = os.environ.get("LOG_FORMAT") == "plain"
        formatter: logging.Formatter = PlainFormatter() if plain else JsonFormatter()
        for handler in self.error_log.handlers:
            handler.setFormatter(formatter)


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has few types
    """A worker that leaves without letting go of anybody who is on the way to it (docs/releases.md).

    gunicorn's own stops taking connections at once, but its socket stays open until its last request is answered:
    whoever connects meanwhile waits, and is reset in the end. This one goes on for two seconds, in which its
    successor starts or the proxy hears of it, takes all who wait, and closes the socket in the same moment.
    """

    leaves_at: float | None = None

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Begin to leave (SIGTERM): every answer from now on says that the connection closes after it."""
        if self.leaves_at is None:
            self.leaves_at, self.max_keepalived = time.monotonic() + LEAVING_SECONDS, 0
            self.method_queue.defer(lambda: None)  # wakes it up

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Serve whoever is ready, and stop taking connections once the time has come."""
        leaving = self.alive and self.leaves_at is not None
        left = self.leaves_at - time.monotonic() if leaving else timeout
        super().wait_for_and_dispatch_events(timeout=max(0.0, min(timeout, left)))
        if leaving and self.leaves_at <= time.monotonic():
            self._close_sockets()
            self.alive = False

    def _close_sockets(self) -> None:
        until = time.monotonic() + STOP_KEEPALIVE_LINGER
        for connection in self.pending_conns:  # opened ahead, without a request: they would keep it for `keepalive`
            connection.timeout = min(connection.timeout, until)
        self.set_accept_enabled(False)
        for listener in self.sockets:
            before = -1
            while before != self.nr_conns:
                before = self.nr_conns
                self.accept(listener)
            listener.close()


LEAVING_SECONDS = 2.0
wsgi_app = "heka_confirm.wsgi:application"
bind = f"{os.environ.get('HOST', '0.0.0.0')}:{os.environ.get('PORT', '8000')}"  # noqa: S104  # inside a container
workers = int(os.environ.get("WEB_CONCURRENCY") or len(os.sched_getaffinity(0)))
worker_class = Worker
# Many, as a sign-in waits for its broker up to 10 s, and others go on meanwhile.
threads = int(os.environ.get("WEB_THREADS") or 64)
# One socket for all: with one for each worker, a reload resets the connections that wait at a leaving worker.
reuse_port = False
preload_app = False  # each worker opens its own socket and database connections
timeout = 30
graceful_timeout = 25  # below the 30 s that Kubernetes grants
keepalive = 75  # longer than a proxy keeps its connections, so that we are never the first to close
max_requests = 0  # a worker that leaves takes the connections that wait at its socket with it
control_socket_disable = True
# In memory: a slow disk must not look like a dead worker.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108
logger_class = Logger
accesslog = None
errorlog = "-"
limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190
# Nobody may say by a header of his own that a request came by https; settings.py decides whom to believe.
forwarded_allow_ips = ""
