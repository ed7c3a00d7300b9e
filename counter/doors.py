"""Doors of the service that are closed now, of which advisers tell customers: the bank's and the mail's."""

from identity import outages as identification
from identity.outages import Outage
from mailing import outages as mail
from mailing.outages import MailOutage


class ClosedDoors:
    """What does not work now. Nothing is read before a page shows it."""

    def identification(self) -> list[Outage]:
        """Return the brokers by which nobody can identify themselves."""
        return identification.present_outages()

    def mail(self) -> MailOutage | None:
        """Return since when emails have not left, or None."""
        return mail.present_outage()
