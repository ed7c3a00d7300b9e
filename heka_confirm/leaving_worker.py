"""gunicorn's worker, which may be restarted while people use it (docs/releases.md, ADR 55)."""
# mypy: disable-error-code="no-untyped-call"

import time
from typing import Any

from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

LEAVING_SECONDS = 2.0


class LeavingWorker(ThreadWorker):
    """Threads, and nobody who is on the way to a worker that leaves is let go of.

    gunicorn's own worker stops taking connections at once, but its socket stays open until it has answered its last
    request: whoever connects meanwhile waits, and is reset in the end. This one goes on for two seconds, in which
    its successor starts or the proxy hears of it. Then it takes all who wait, and closes the socket at that moment.
    """

    leaves_at = float("inf")  # on the clock of time.monotonic()

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Begin to leave (SIGTERM): every answer from now on says that its connection closes."""
        if self.leaves_at == float("inf"):
            self.leaves_at, self.max_keepalived = time.monotonic() + LEAVING_SECONDS, 0
            self.method_queue.defer(lambda: None)  # wakes it up

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Serve whoever is ready, and take no more connections once the time has come."""
        if self.alive:
            timeout = max(0.0, min(timeout, self.leaves_at - time.monotonic()))
        super().wait_for_and_dispatch_events(timeout)
        if self.alive and self.leaves_at <= time.monotonic():
            self._take_the_last()
            self.alive = False

    def _take_the_last(self) -> None:
        until = time.monotonic() + STOP_KEEPALIVE_LINGER
        for connection in self.pending_conns:  # opened ahead, without a request: they would keep it for `keepalive`
            connection.timeout = min(connection.timeout, until)
        self.set_accept_enabled(False)
        for listener in self.sockets:
            known = -1
            while known != self.nr_conns:
                known = self.nr_conns
                self.accept(listener)
            listener.close()
