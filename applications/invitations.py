"""Inviting co-applicants, and what they and the main applicant can do before they have confirmed (R10, R13)."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import contact_details, everywhere, invitation_links, letters, reading
from applications.contact_details import way_of
from applications.enums import Act
from applications.everywhere import Place
from applications.inviting import end_invitation, invite, invite_newly_awaited, next_invitation_at
from applications.models import (
    Applicant,
    Application,
    ErrorReport,
    IdCheck,
    Invitation,
    RecordedAct,
)
from applications.trail import ApplicationEvent, evidence_facts, record_events
from core.actors import UNIDENTIFIED, Actor, acting_staff
from core.compiled import Compiled
from core.refusals import Refused
from core.transactions import atomically
from identity.enums import Language
from mailing.enums import Rank
from records.enums import Event


class NotInApplication(Refused):
    """The application was changed meanwhile, or it has ended, and nothing was stored."""

    message = _(
        "The application has been changed or has ended in the meantime. Nothing was saved. See the status of "
        "the application."
    )


class CannotInvite(Refused):
    """No letter was sent."""


class InviteeNotAwaited(CannotInvite):
    message = _("This person no longer needs to confirm the application.")


class NoAddress(CannotInvite):
    message = _("The application has no email address for this person. Add one first.")


class TooSoon(CannotInvite):
    message = _("We have just sent an email to this person. Wait ten minutes before you send the next one.")


class CannotDecline(Refused):
    """Nothing was declined."""


class CannotDeclineMain(CannotDecline):
    """Without a main applicant there is no application."""

    message = _("The main applicant cannot decline the application. You can withdraw it. It will then end.")


class CannotDeclineConfirmed(CannotDecline):
    message = _("You have confirmed the application, so you can no longer decline it.")


class CannotDeclineValid(CannotDecline):
    """The application is valid without this person, who has turned 18 since (R2)."""

    message = _("The application is valid. You do not need to do anything.")


class CannotDeclineEnded(CannotDecline):
    message = _("This application has ended. You do not need to do anything.")


class CannotDeclineRemoved(CannotDecline):
    message = _("The application was changed, and you are no longer in it. You do not need to do anything.")


class CannotDeclineUnder18(CannotDecline):
    """The application does not wait for somebody under 18, so it becomes valid without them (R2)."""

    message = _("You are under 18. You do not need to confirm or decline the application.")


@atomically
def resend(applicant: Applicant, *, by: Actor = UNIDENTIFIED) -> None:
    """Send an invitation again, with a new link. Raises InviteeNotAwaited, NoAddress or TooSoon."""
    application, invitee = _lock_invitee(applicant)
    if not invitee.email:
        raise NoAddress
    _check_pause(invitee)
    invitee.held_at = None
    invitee.save(update_fields=["held_at"])
    invite(invitee, application, rank=Rank.AWAITED)
    Application.objects.filter(pk=application.pk).update(due_at=timezone.now())  # reminders are computed again
    record_events(application, ApplicationEvent(Event.INVITATION_SENT, invitee), by=by)


@atomically
def correct_address(
    applicant: Applicant, *, email: str, also: Collection[str] = (), by: Actor = UNIDENTIFIED
) -> list[Application]:
    """Send the invitation to another address, and nothing more to the former one.

    If the address is the same, send it again as resend() does. In the applications of these numbers (`also`) that have
    the same main applicant, and wait for this person too, the address is corrected as well; returns these. Raises
    InviteeNotAwaited or TooSoon.
    """
    others = everywhere.lock_also(applicant, also)
    application, invitee = _lock_invitee(applicant)
    if email == invitee.email:
        _check_pause(invitee)
    _correct_address(invitee, application, email=email, by=by)
    main = application.applicants[0]
    theirs = [(slot, other) for slot, other in others if everywhere.may_correct(main, slot, other)]
    for slot, other in theirs:
        if slot.email != email:
            _correct_address(slot, other, email=email, by=by)
    return [other for _slot, other in theirs]


def _correct_address(invitee: Applicant, application: Application, *, email: str, by: Actor) -> None:
    phone, language = invitee.phone, Language(invitee.language)
    changed = contact_details.store_contact_details(
        invitee, application, email=email, phone=phone, language=language, by=by
    )
    invite(invitee, application, rank=Rank.AWAITED)
    event = Event.ADDRESS_CHANGED if changed else Event.INVITATION_SENT
    record_events(application, ApplicationEvent(event, invitee, way_of(by)), by=by)


@atomically
def opened(invitation: Invitation) -> None:
    """Remember that somebody went on from the information page. Only a POST counts: scanners open links."""
    application, current = _lock(invitation.applicant)
    first = Invitation.objects.filter(pk=invitation.pk, opened_at=None).update(opened_at=timezone.now())
    if first and current is not None and application.is_open:
        record_events(application, ApplicationEvent(Event.INVITATION_OPENED, current), by=UNIDENTIFIED)


@atomically
def decline(applicant: Applicant, *, by: Actor = UNIDENTIFIED, check: IdCheck | None = None) -> None:
    """Say that this person does not apply; the application waits until it is changed (R10).

    Staff act for the person of a sound `check`, which the caller has locked. Declining again changes nothing. Raises
    CannotDecline, and NotInApplication if the check is of another version.
    """
    application, current = _lock(applicant)
    if not application.is_open:
        raise CannotDeclineEnded
    if current is None:
        raise CannotDeclineRemoved
    if check is not None and check.applicant_id != current.pk:
        raise NotInApplication
    _decline(current, application, by=by, check=check)


@atomically
def decline_by_link(invitation: Invitation) -> None:
    """Say, by the link of an invitation, that it is not for this person (R10, R13).

    A former invitation declines nothing, and neither does that of a former version. Clicking again changes nothing.
    Raises invitation_links.CannotUseInvitation and CannotDecline.
    """
    application, current = _lock(invitation.applicant)
    with suppress(invitation_links.InvitationUsed):  # by a first click, or by confirming, of which _decline() tells
        invitation_links.check_invitation_again(invitation)
    if current is not None:
        _decline(current, application, by=UNIDENTIFIED)


def _decline(applicant: Applicant, application: Application, *, by: Actor, check: IdCheck | None = None) -> None:
    check_declinable(applicant, application)
    if applicant.declined_at is None:
        applicant.declined_at = now = timezone.now()
        applicant.save(update_fields=["declined_at"])
        if check is not None:
            RecordedAct.objects.create(id_check=check, kind=Act.DECLINED, staff=acting_staff(by), at=now)
        letters.declined(applicant, application, check=check)
        event = ApplicationEvent(Event.PERSON_DECLINED, applicant, evidence_facts(check))
        record_events(application, event, by=by)


def check_declinable(applicant: Applicant, application: Application) -> None:
    """Raise CannotDecline if this applicant cannot decline the application now (R10)."""
    if not application.is_open:
        raise CannotDeclineEnded
    if applicant.is_main:
        raise CannotDeclineMain
    if applicant.confirmed:
        raise CannotDeclineConfirmed
    if not applicant.is_adult:
        raise CannotDeclineUnder18
    if application.is_valid:
        raise CannotDeclineValid


@atomically
def undo_declining(act: RecordedAct, application: Application, *, by: Actor) -> bool:
    """Undo that a person declined at the counter, with the check that it rests on (C5); tell whether they are awaited.

    The caller has locked the application. One that has ended or was changed since stays as it is.
    """
    act.undone_at = timezone.now()
    act.save(update_fields=["undone_at"])
    own = next((a for a in application.applicants if a.pk == act.id_check.applicant_id), None)
    if is_awaited_again := own is not None and application.is_open:
        own.declined_at = None
        own.save(update_fields=["declined_at"])
        invite_newly_awaited(application)
    event = ApplicationEvent(Event.DECLINING_UNDONE, act.id_check.applicant, {"id_check": act.id_check_id})
    record_events(application, event, by=by)
    return is_awaited_again


@dataclass(frozen=True)
class Corrected:
    """What became of a correction: whether an invitation went out, and where else it was made."""

    is_invited: bool
    also: list[Application]


@atomically
def correct_own_contact_details(
    applicant: Applicant,
    *,
    email: str,
    phone: str,
    language: Language,
    also: Collection[str] = (),
    by: Actor = UNIDENTIFIED,
) -> Corrected:
    """Change the contact details that only the person may change; this makes no new version.

    Those that changed are corrected in the person's applications of these numbers (`also`) as well. Raises
    NotInApplication.
    """
    others = everywhere.lock_also(applicant, also)
    application, slot = _lock_open_slot(applicant)
    return correct_everywhere((slot, application), others, email=email, phone=phone, language=language, by=by)


def correct_everywhere(
    place: Place, others: Sequence[Place], *, email: str, phone: str, language: Language, by: Actor
) -> Corrected:
    """Correct how a person is reached in one place and in others, all locked, and tell what became of it.

    Elsewhere the address follows, and the phone number where it was the same. The language may differ from place to
    place.
    """
    slot, application = place
    former = copy(slot)
    is_invited = correct_details(slot, application, email=email, phone=phone, language=language, by=by)
    for other, elsewhere in others:
        address = other.email if email == former.email else email
        number = phone if other.phone == former.phone else other.phone
        if (address, number) != (other.email, other.phone):
            spoken = Language(other.language)
            correct_details(other, elsewhere, email=address, phone=number, language=spoken, by=by)
    return Corrected(is_invited, [elsewhere for _other, elsewhere in others])


def correct_details(
    slot: Applicant, application: Application, *, email: str, phone: str, language: Language, by: Actor
) -> bool:
    """Correct how a person of a locked application is reached, and tell whether that sent a new invitation.

    A co-applicant who is awaited is invited again at a new address. The former invitation ends, also where there is no
    address any more.
    """
    is_moved, is_invited = email != slot.email, False
    contact_details.write_contact_details(slot, application, email=email, phone=phone, language=language, by=by)
    if is_moved and not email:
        end_invitation(slot, application)
    elif is_moved and application.awaits(slot) and not slot.is_main:
        is_invited = invite(slot, application)
    if is_invited:
        record_events(application, ApplicationEvent(Event.INVITATION_SENT, slot), by=by)
    return is_invited


@atomically
def report_error(applicant: Applicant, *, text: str, by: Actor = UNIDENTIFIED) -> None:
    """Keep what a co-applicant finds wrong in the application for its main applicant, who also gets a letter.

    Raises NotInApplication.
    """
    application, slot = _lock_open_slot(applicant)
    report = ErrorReport.objects.create(applicant=slot, text=text, reported_at=timezone.now())
    letters.error_reported(report, application)
    record_events(application, ApplicationEvent(Event.ERROR_REPORTED, slot), by=by)


def is_reported(application: Application, *, reader: Applicant) -> bool:
    """Tell whether a reported error waits for its main applicant, as far as is known without asking (J2.4)."""
    return reader.is_main and application.is_open and getattr(application, "is_reported", True)


def error_reports(application: Application, *, reader: Applicant) -> list[ErrorReport]:
    """Return what co-applicants find wrong in the present version, for its main applicant to read.

    A change answers the reports on the version before it.
    """
    if not is_reported(application, reader=reader):
        return []
    return _REPORTS.rows(version=application.current_id)


_REPORTS = Compiled(
    lambda version: (
        ErrorReport.objects.filter(applicant__version=version)
        .select_related("applicant")
        .order_by("reported_at", "pk")
    )
)


def _lock(applicant: Applicant) -> tuple[Application, Applicant | None]:
    """Lock the application, and return it with the person's slot in what is its current version by then.

    There is none for somebody who has been removed meanwhile.
    """
    key = Applicant.objects.values_list("version__application", flat=True).get(pk=applicant.pk)
    application = reading.locked(key)
    return application, next((each for each in application.applicants if applicant.is_same_person(each)), None)


def _lock_open_slot(applicant: Applicant) -> tuple[Application, Applicant]:
    application, current = _lock(applicant)
    if current is None or not application.is_open:
        raise NotInApplication
    return application, current


def _lock_invitee(applicant: Applicant) -> tuple[Application, Applicant]:
    application, current = _lock(applicant)
    if current is None or current.is_main or not application.awaits(current):
        raise InviteeNotAwaited
    return application, current


def _check_pause(applicant: Applicant) -> None:
    if next_invitation_at(applicant):
        raise TooSoon
