"""gunicorn's settings: `gunicorn heka_confirm.wsgi`, started in this folder, reads them by itself."""

import ctypes
import gc
import logging
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from gunicorn import glogging
from gunicorn.config import Config

from heka_confirm.logs import JsonFormatter, PlainFormatter
from heka_confirm.web_worker import MOST_OF_ADDRESS, MOST_OF_HEADER, AnsweringWorker


class Logger(glogging.Logger):
    """gunicorn's own lines in the form of all others; the access log is the application's."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)  # type: ignore[no-untyped-call]  # gunicorn has few types
        plain = os.environ.get("LOG_FORMAT") == "plain"
        formatter: logging.Formatter = PlainFormatter() if plain else JsonFormatter()
        for handler in self.error_log.handlers:
            handler.setFormatter(formatter)
            if isinstance(handler, logging.StreamHandler):  # "-" is standard error to gunicorn
                handler.setStream(sys.stdout)


M_ARENA_MAX = -8  # of malloc.h
# A worker's threads share one arena: glibc gives each thread its own, which keeps what it once had.
if set_option := getattr(ctypes.CDLL(None), "mallopt", None):  # other systems have none
    set_option(M_ARENA_MAX, 1)

IS_WATCHED = any(os.environ.get(name) for name in ("METRICS_TOKEN", "METRICS_TOKEN_FILE"))


def on_starting(server: Any) -> None:
    """Make the folder in which the web workers count, in memory. prometheus_client itself reads the variable."""
    if IS_WATCHED:
        server.metrics = tempfile.mkdtemp(prefix="heka-metrics-", dir=worker_tmp_dir)
        os.environ.update(PROMETHEUS_MULTIPROC_DIR=server.metrics)


def post_worker_init(worker: Any) -> None:
    """Let the collection of garbage pass over what stays anyway, and come sooner for what requests leave."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(700, 10, 2)
    if IS_WATCHED:
        from heka_confirm import metrics

        metrics.start_sampling()


def child_exit(server: Any, worker: Any) -> None:
    """Forget what holds of living workers only. What others have counted stays, or sums would fall."""
    if IS_WATCHED:
        for file in Path(server.metrics).glob(f"gauge_live*_{worker.pid}.db"):
            file.unlink(missing_ok=True)


def on_exit(server: Any) -> None:
    if IS_WATCHED:
        shutil.rmtree(server.metrics, ignore_errors=True)


wsgi_app = "heka_confirm.wsgi:application"
bind = f"{os.environ.get('HOST', '0.0.0.0')}:{os.environ.get('PORT', '8000')}"  # noqa: S104  # inside a container
workers = int(os.environ.get("WEB_CONCURRENCY") or len(os.sched_getaffinity(0)))
worker_class = AnsweringWorker
# Many, as a sign-in waits for its broker up to 10 s, and others go on meanwhile.
threads = int(os.environ.get("WEB_THREADS") or 64)
# One socket for all: with one for each worker, a reload resets the connections that wait at a leaving worker.
reuse_port = False
preload_app = False  # each worker opens its own socket and database connections
timeout = 30
graceful_timeout = 24  # for leaving and for what is in hand, so that 25 s suffice; Kubernetes grants 30
keepalive = 75  # longer than a proxy keeps its connections, so that we are never the first to close
max_requests = 0  # memory stays flat, and a worker that leaves by itself closes connections that are in use
control_socket_disable = True
# In memory: a slow disk must not look like a dead worker.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108
logger_class = Logger
accesslog = None
errorlog = "-"
limit_request_line = MOST_OF_ADDRESS
limit_request_fields = 64
limit_request_field_size = MOST_OF_HEADER
# Nobody may say by a header of his own that a request came by https; settings.py decides whom to believe.
forwarded_allow_ips = ""
