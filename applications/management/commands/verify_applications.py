"""`manage.py verify_applications`: whether what is stored of applications hangs together. It changes none of it."""

import logging
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from applications.verification import FAULTS, one_picture
from records.runs import record_run

logger = logging.getLogger("applications.verification")


class Command(BaseCommand):
    help = (
        "Say which applications have a state that does not follow from their rows, which confirmations have lost "
        "their evidence, and which marks, links, letters and accounts should not be; nothing when all is sound."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fault", choices=sorted(FAULTS), help="look for this one only")

    def handle(self, *args: Any, fault: str | None, **options: Any) -> None:
        total = 0
        with one_picture():
            for one in FAULTS.values() if fault is None else [FAULTS[fault]]:
                number = 0
                for number, place in enumerate(one.find(), 1):
                    if number == 1:
                        self.stdout.write(one.what)
                    self.stdout.write(f"{one.word:<12} {place}")
                if number:
                    logger.error("Fault: %s (%d)", one.word, number)
                total += number
        if fault is None:
            record_run("verify_applications", faults=total)
        if total:
            raise CommandError(f"Faults in applications: {total}")
