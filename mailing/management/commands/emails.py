"""manage.py emails"""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone, translation

from mailing.backlog import present_backlog
from mailing.outages import present_outage
from mailing.stops import present_stop


class Command(BaseCommand):
    help = "Say how many emails wait to leave, since when, and when the last of them leaves at EMAIL_RATE."

    @translation.override("en")  # the names of the ranks and of the reason too
    def handle(self, *args: Any, **options: Any) -> None:
        backlog = present_backlog()
        rate = f"{backlog.rate} a minute" if backlog.rate else "as fast as the mail server takes them"
        self.stdout.write(f"Rate (EMAIL_RATE): {rate}")
        stop = present_stop()
        if stop:
            self.stdout.write(f"No email has left since {_moment(stop.since)}: {stop.failure.label}")
        elif outage := present_outage():
            self.stdout.write(f"No email has left since {_moment(outage.since)}")
        self.stdout.write(f"Emails waiting: {backlog.number}, late: {backlog.late}")
        for each in backlog.ranks:
            end = f", the last one leaves at about {_moment(each.ends_at)}" if each.ends_at and not stop else ""
            since = f"the oldest since {_moment(each.since)}"
            self.stdout.write(f"  {each.rank.label}: {each.number}, late: {each.late}, {since}{end}")
        if backlog.held:
            self.stdout.write(f"Held since an import (release_emails) or a restore (release_restored): {backlog.held}")


def _moment(moment: dt.datetime) -> str:
    """Return a time as in Helsinki (R22)."""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"
