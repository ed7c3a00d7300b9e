"""Invitations that could not be delivered: main applicant and housing system are told of each, once (J3, J8)."""

import datetime as dt

from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from applications import letters
from applications.enums import Happened, State
from applications.models import Applicant, Application, Confirmation, Happening, Invitation
from applications.trail import ApplicationEvent, record_events
from core.actors import CLOCK
from core.transactions import atomically
from mailing.models import Letter
from records.enums import Event

FOLLOWED = dt.timedelta(days=30)  # mail servers give a letter up within days, and the clock may be missed for a week


def tell() -> None:
    """Tell of the invitations that have turned undeliverable; the clock calls it every minute."""
    for letter, applicant, application in untold():
        _tell(letter, applicant, application)


def untold() -> list[tuple[Letter, Applicant, Application]]:
    """Return the letter, the invited person and the application of each live invitation that could not be delivered.

    Invitations that their main applicants have been told of are left out.
    """
    recent = Letter.objects.undeliverable().filter(message="invitation", created_at__gte=Now() - FOLLOWED)
    found = {letter.parameters["invitation"]: letter for letter in recent}
    confirmed = Exists(Confirmation.objects.filter(applicant=OuterRef("applicant"), undone_at=None))
    live = Invitation.objects.filter(
        ~confirmed, pk__in=found, replaced_at=None, applicant__version__applicants__position=0
    )
    key_of = {
        invitation: letters.letter_key("undeliverable", found[invitation].pk, Applicant(pk=main))
        for invitation, main in live.values_list("pk", "applicant__version__applicants")
    }
    told = set(Letter.objects.filter(key__in=key_of.values()).values_list("key", flat=True))
    lost = {invitation: found[invitation] for invitation, key in key_of.items() if key not in told}
    if not lost:  # few of the many that there are
        return []
    applicants = dict(Invitation.objects.filter(pk__in=lost).values_list("applicant_id", "pk"))
    applications = Application.objects.with_people().filter(
        state=State.AWAITING, current__in=Applicant.objects.filter(pk__in=applicants).values("version")
    )
    return [
        (lost[applicants[applicant.pk]], applicant, application)
        for application in applications
        for applicant in application.applicants
        if applicant.pk in applicants and applicant.is_awaited
    ]


@atomically
def _tell(letter: Letter, applicant: Applicant, application: Application) -> None:
    locked = Application.objects.locked(application.pk)
    if applicant not in locked.applicants or not locked.awaits(applicant):
        return
    told = Happening.objects.filter(
        kind=Happened.INVITATION_UNDELIVERABLE, applicant=applicant, at__gte=letter.created_at
    )
    if not told.exists():  # a main applicant whose emails are held is told later
        record_events(locked, ApplicationEvent(Event.INVITATION_UNDELIVERABLE, applicant), by=CLOCK)
    letters.undeliverable([(letter, applicant, locked)])
