"""manage.py deliver"""

import logging
import os
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core.worker import Stop, run_worker, run_worker_once
from mailing import heartbeat
from mailing.worker import deliver_due_letters

logger = logging.getLogger("mailing")

STOP_SECONDS = 24.0  # for what is in hand; below the 30 s that are granted


class Command(BaseCommand):
    help = "Deliver letters and events until told to stop (SIGTERM, Ctrl-C). Any number of these may run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="deliver what is due now, and end")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        stop, end = Stop(), threading.Timer(STOP_SECONDS, end_at_once)
        end.daemon = True

        def ask(*_: Any) -> None:
            if not stop.asked:
                stop.asked = True
                end.start()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, ask)
        try:
            if once:
                run_worker_once(deliver_due_letters, stop)
            else:
                run_worker(deliver_due_letters, stop)
                heartbeat.own.end()
        finally:
            end.cancel()


def end_at_once() -> None:
    """End this process amid its work, as a kill would: what it holds is another worker's when its lease ends."""
    logger.warning("ended before the work in hand was done; another worker does it in a minute")
    os._exit(1)
