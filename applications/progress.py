"""How far the invitations of an application have come, as its main applicant sees it (J3)."""

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass

from applications import email_words, letters
from applications.email_words import LOST, Kind, Reader
from applications.enums import State
from applications.invitation_links import invitation_code
from applications.letter_names import name_of
from applications.models import Applicant, Application, Invitation
from applications.passing_on import Note, note_for
from core.compiled import Compiled
from core.links import KeyGone
from mailing.enums import Status
from mailing.models import Letter
from records.names import applicant_subject


@dataclass(frozen=True)
class Progress:
    """The invitation of somebody who is awaited, and the latest email that asks them; either may be missing."""

    invitation: Invitation | None
    letter: Letter | None
    code: str  # to type, which the main applicant may pass on; empty without invitation, and once its key is gone
    note: Note  # to pass on

    @property
    def status(self) -> Status | None:
        return self.letter.status if self.letter else None

    @property
    def is_lost(self) -> bool:
        """Whether the email reached nobody, so that the main applicant has to help."""
        return self.status in LOST

    @property
    def tone(self) -> str:
        """The kind of notice that what became of the email deserves, if it deserves one."""
        if self.status == Status.UNDELIVERABLE:
            return "error"
        is_full = self.letter and self.status == Status.DELAYED and email_words.kind_of(self.letter) == Kind.FULL
        return "alert" if is_full or self.status == Status.COMPLAINED else ""

    @property
    def needs_address(self) -> bool:
        """Whether the latest email was lost because of the address, so that another one there would be lost too."""
        if self.letter is None or self.status != Status.UNDELIVERABLE:
            return False
        return email_words.kind_of(self.letter) in {Kind.WRONG, Kind.REFUSED, Kind.UNKNOWN}

    @property
    def what_became(self) -> str:
        """Which email it was, and what became of it."""
        return f"{name_of(self.letter)}: {email_words.what_became(self.letter)}" if self.letter else ""

    @property
    def to_do(self) -> str:
        return email_words.to_do(self.letter, reader=Reader.SENDER) if self.letter else ""


def helped(application: Application, *, reader: Applicant) -> list[Applicant]:
    """Return those whom the reader can still help to confirm.

    Only the main applicant can help. The others see who has confirmed, and nothing else about one another.
    """
    return _awaited([application]) if reader.is_main else []


def people(
    application: Application, helped: Iterable[Applicant], letters: Iterable[Letter]
) -> list[tuple[Applicant, Progress | None]]:
    """Return each applicant, with the progress of those who are helped, as their letters that invite them tell it."""
    latest, shown = _latest(letters, to=helped), {}
    for applicant in helped:
        invitation, code = applicant.live_invitation, ""
        with suppress(KeyGone):
            code = invitation_code(invitation) if invitation else ""
        note = note_for(applicant, application, code=code)
        shown[applicant.pk] = Progress(invitation, latest.get(applicant.pk), code, note)
    return [(applicant, shown.get(applicant.pk)) for applicant in application.applicants]


def needs_main_applicant(application: Application, reader: Applicant, *, is_reported: bool, is_lost: bool) -> bool:
    """Return whether the reader, as its main applicant, has something to do besides confirming (J2.4, J3).

    An error was reported, an invitation was lost, somebody has declined, or somebody who is awaited hears of the
    application from them alone.
    """
    is_awaited = application.status == State.AWAITING
    is_stuck = is_awaited and any(a.declined_at or not (a.email or a == reader) for a in application.waits_for)
    return reader.is_main and application.is_open and (is_reported or is_lost or is_stuck)


def lost_applications(mine: Iterable[tuple[Application, Applicant]]) -> set[int]:
    """Return the keys of the applications whose main applicant has to help, as an invitation reached nobody (J3).

    Each application comes with the slot of whoever reads them.
    """
    own = [application for application, me in mine if me.is_main]
    lost = lost_invitations(own)
    return {application.pk for application in own if any(each.pk in lost for each in application.applicants)}


def lost_invitations(applications: Iterable[Application], *, of: Collection[Status] = LOST) -> set[int]:
    """Return the keys of the awaited co-applicants with whose latest email it stands so (J3, J8), by one query."""
    awaited = _awaited(applications)
    found = _INVITING.rows(recipients=[applicant_subject(each.pk) for each in awaited])
    return {applicant for applicant, letter in _latest(found, to=awaited).items() if letter.status in of}


def _awaited(applications: Iterable[Application]) -> list[Applicant]:
    return [
        applicant
        for application in applications
        if application.status == State.AWAITING
        for applicant in application.applicants
        if applicant.is_awaited and not applicant.is_main
    ]


def _latest(found: Iterable[Letter], *, to: Iterable[Applicant]) -> dict[int, Letter]:
    """Return the latest letter that asks each of these people to confirm, at their present address.

    It is found by the key of the person. One that was marked as junk comes first, since no reminder follows it.
    """
    people = {applicant_subject(applicant.pk): applicant for applicant in to}
    to_them = [letter for letter in found if letter.to == people[letter.recipient].email]
    to_them.sort(key=lambda letter: (letter.complained_at is not None, letter.pk))
    return {people[letter.recipient].pk: letter for letter in to_them}


_INVITING = Compiled(lambda recipients: Letter.objects.filter(letters.ASKING, recipient__in=recipients))
