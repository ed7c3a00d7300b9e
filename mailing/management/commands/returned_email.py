"""manage.py returned_email"""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.transactions import DATABASE_AWAY
from mailing import returned

MOST_BYTES = 5_000_000


class Command(BaseCommand):
    help = "Take in, from standard input, one message that came to the sender's address: a bounce or a complaint."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            number = returned.take_in(sys.stdin.buffer.read(MOST_BYTES))
        except DATABASE_AWAY as error:  # the mail server keeps the message, and comes again
            raise CommandError("The database is away.", returncode=os.EX_TEMPFAIL) from error
        self.stdout.write(f"{number} reports" if number else "This is no report on an email of ours.")
