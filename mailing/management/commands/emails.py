"""manage.py emails"""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from mailing.backlog import present_backlog
from mailing.outages import present_outage


class Command(BaseCommand):
    help = "Say how many emails wait to leave, since when, and when the last of them leaves at EMAIL_RATE."

    def handle(self, *args: Any, **options: Any) -> None:
        backlog = present_backlog()
        rate = f"{backlog.rate} a minute" if backlog.rate else "as fast as the mail server takes them"
        self.stdout.write(f"Rate (EMAIL_RATE): {rate}")
        if outage := present_outage():
            self.stdout.write(f"No email has left since {_moment(outage.since)}")
        self.stdout.write(f"Emails waiting: {backlog.number}, late: {backlog.late}")
        for each in backlog.ranks:
            end = f", the last one leaves at about {_moment(each.ends_at)}" if each.ends_at else ""
            since = f"the oldest since {_moment(each.since)}"
            self.stdout.write(f"  {each.rank.name.lower()}: {each.number}, late: {each.late}, {since}{end}")
        if backlog.held:
            self.stdout.write(f"Held since an import (release_emails): {backlog.held}")


def _moment(moment: dt.datetime) -> str:
    """Return a time as in Helsinki (R22)."""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"
