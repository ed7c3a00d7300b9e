"""manage.py deliver"""

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from mailing import worker


class Command(BaseCommand):
    help = "Deliver letters and events until told to stop (SIGTERM, Ctrl-C). Any number of these may run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="deliver what is due now, and end")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        stop = worker.Stop()

        def ask(*_: Any) -> None:
            stop.asked = True

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, ask)
        if once:
            worker.run_once(stop)
        else:
            worker.run(stop)
