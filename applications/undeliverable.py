"""Emails that ask a co-applicant to confirm and came back: main applicant and housing system are told (J3, J8).

It is told once for an invitation and an address, whether the invitation came back or a reminder of it, and also
after it had arrived.
"""

import datetime as dt
import hashlib

from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from applications import letters, reading
from applications.enums import Happened, State
from applications.models import Applicant, Application, Confirmation, Happening, Invitation
from applications.trail import ApplicationEvent, record_events
from core.actors import CLOCK
from core.transactions import atomically
from mailing import stops
from mailing.models import Letter
from records.enums import Event

FOLLOWED = dt.timedelta(days=30)  # mail servers give a letter up within days, and the clock may be missed for a week
DIGEST_LENGTH = 12  # characters of hex


def tell() -> None:
    """Tell of what has come back since, unless all letters wait; the clock calls it every minute."""
    lost = untold()
    if lost and stops.present_stop():  # then it is not known to be the fault of an address
        return
    for letter, applicant, application in lost:
        _tell(letter, applicant, application)


def untold() -> list[tuple[Letter, Applicant, Application]]:
    """Return the letter, the person and the application of each email that asked somebody awaited and came back.

    It is the first one to their address since they were invited. Those that their main applicants have been told of
    are left out.
    """
    recent = Letter.objects.undeliverable().filter(created_at__gte=Now() - FOLLOWED)
    by_invitation: dict[int, list[Letter]] = {}
    for letter in sorted(recent, key=lambda letter: letter.pk):
        if letter.message in letters.INVITING:  # not asked of the database: SQLite would go by an index of kinds
            by_invitation.setdefault(letter.parameters["invitation"], []).append(letter)
    confirmed = Exists(Confirmation.objects.filter(applicant=OuterRef("applicant"), undone_at=None))
    live = Invitation.objects.filter(
        ~confirmed, pk__in=by_invitation, replaced_at=None, applicant__version__applicants__position=0
    )
    lost: dict[str, tuple[int, Letter]] = {}
    for key, to, email, main in live.values_list(
        "pk", "applicant", "applicant__email", "applicant__version__applicants"
    ):
        if first := next((each for each in by_invitation[key] if each.to == email), None):
            lost[letters.letter_key("undeliverable", _event_of(first), Applicant(pk=main))] = (to, first)
    for told in Letter.objects.filter(key__in=lost).values_list("key", flat=True):
        del lost[told]
    if not lost:  # few of the many that there are
        return []
    letter_to = dict(lost.values())
    applications = Application.objects.with_people().filter(
        state=State.AWAITING, current__in=Applicant.objects.filter(pk__in=letter_to).values("version")
    )
    return [
        (letter_to[applicant.pk], applicant, application)
        for application in applications
        for applicant in application.applicants
        if applicant.pk in letter_to and applicant.is_awaited
    ]


def _event_of(letter: Letter) -> str:
    """Return the event that a letter came back: an invitation that does not reach an address, which is not named."""
    address = hashlib.sha256(letter.to.encode()).hexdigest()[:DIGEST_LENGTH]
    return f"{letter.parameters['invitation']}.{address}"


@atomically
def _tell(letter: Letter, applicant: Applicant, application: Application) -> None:
    locked = reading.locked(application.pk)
    if applicant not in locked.applicants or not locked.awaits(applicant):
        return
    told = Happening.objects.filter(
        kind=Happened.INVITATION_UNDELIVERABLE, applicant=applicant, at__gte=letter.created_at
    )
    if not told.exists():  # a main applicant whose emails are held is told later
        record_events(locked, ApplicationEvent(Event.INVITATION_UNDELIVERABLE, applicant), by=CLOCK)
    letters.undeliverable(letter, applicant, locked, about=_event_of(letter))
