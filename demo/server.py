"""The demo's web server: gunicorn within this process, so that Ctrl-C and SIGTERM reach it directly."""

import os
import threading
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.module_loading import import_string
from gunicorn.app.base import BaseApplication

from core.worker import Stop, run_worker
from heka_confirm.web_worker import MOST_OF_ADDRESS, MOST_OF_HEADER, AnsweringWorker
from mailing import heartbeat
from mailing.worker import deliver_due_letters

LAST_LETTER_SECONDS = 2


class DemoServer(BaseApplication):
    """Serves at the `addresses` (host:port) until it is told to stop, and calls `when_ready` once it answers.

    It has one worker with many threads: a request to the broker arrives while the request that makes it waits. One
    more thread delivers the letters.
    """

    def __init__(self, addresses: list[str], when_ready: Callable[[], None]) -> None:
        self.addresses = addresses
        self.when_ready = when_ready
        self.stop = Stop()
        self.postman: threading.Thread | None = None
        super().__init__()  # type: ignore[no-untyped-call]  # gunicorn ships no types

    def load_config(self) -> None:
        config: Any = self.cfg
        options = {
            "bind": self.addresses,
            "worker_class": AnsweringWorker,
            "limit_request_line": MOST_OF_ADDRESS,
            "limit_request_field_size": MOST_OF_HEADER,
            "threads": 16,
            "graceful_timeout": 5,  # seconds
            "control_socket_disable": True,
            "loglevel": "warning",
            "post_worker_init": self.begin,
            "worker_exit": self.end,
        }
        for name, value in options.items():
            config.set(name, value)

    def begin(self, worker: Any) -> None:
        # Less than the master waits, so that the worker ends by itself and is not killed.
        worker.cfg.set("graceful_timeout", 1)
        # Made here: Python 3.13.0 cannot start a thread that was made before the fork.
        self.postman = threading.Thread(target=run_worker, args=[deliver_due_letters, self.stop], daemon=True)
        self.postman.start()
        self.when_ready()

    def end(self, server: Any, worker: Any) -> None:
        self.stop.asked = True
        if self.postman:
            self.postman.join(LAST_LETTER_SECONDS)
            heartbeat.own.end()
        # A browser may hold a connection on which it sends nothing. Python would wait for its thread.
        os._exit(0)

    def load(self) -> Any:
        application = import_string(settings.WSGI_APPLICATION)  # refuses the demo where DEBUG is off
        settings.DEBUG = False  # visitors of the demo see our error pages, not Django's
        return at_own_name(application)


def at_own_name(application: Any) -> Any:
    """Lead whoever comes by a number of this machine to its name, at which alone browsers allow passkeys."""
    own, numbers = urlsplit(settings.PUBLIC_URL).netloc, ("127.0.0.1", "[::1]")

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        host = environ.get("HTTP_HOST", "")
        if host == own or host.rpartition(":")[0] not in numbers or environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return application(environ, start_response)  # type: ignore[no-any-return]
        location = settings.PUBLIC_URL + environ.get("RAW_URI", "/")
        start_response("302 Found", [("Location", location), ("Content-Length", "0")])
        return []

    return answer
