"""manage.py deliver"""

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core.worker import Stop, run_worker, run_worker_once
from mailing import heartbeat
from mailing.worker import deliver_due_letters


class Command(BaseCommand):
    help = "Deliver letters and events until told to stop (SIGTERM, Ctrl-C). Any number of these may run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="deliver what is due now, and end")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        stop = Stop()

        def ask(*_: Any) -> None:
            stop.asked = True

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, ask)
        if once:
            run_worker_once(deliver_due_letters, stop)
        else:
            run_worker(deliver_due_letters, stop)
            heartbeat.own.end()
