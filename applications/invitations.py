"""Inviting co-applicants, and what they and the main applicant can do before they have confirmed (R10, R13)."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import invitation_links, letters, stranger_letters
from applications.enums import State
from applications.models import OPEN, Applicant, Application, ErrorReport, Invitation, Version
from applications.trail import ApplicationEvent, record_events
from core.actors import UNIDENTIFIED, Actor, Source
from core.refusals import Refused
from core.transactions import atomically
from identity import limits
from identity.enums import Language
from records.enums import Event

PAUSE = timedelta(minutes=10)  # between two letters to the same person


class CannotInvite(Refused):
    """No letter was sent."""


class InviteeNotAwaited(CannotInvite):
    message = _("The application does not wait for this person any more.")


class NoAddress(CannotInvite):
    message = _("This person has no email address in the application.")


class TooSoon(CannotInvite):
    message = _("We have just sent a letter to this person. Wait ten minutes before the next one.")


class CannotDecline(Refused):
    """Nothing was declined."""


class CannotDeclineConfirmed(CannotDecline):
    message = _("You have confirmed the application, so you cannot decline it any more.")


class CannotDeclineValid(CannotDecline):
    """The application is valid without this person, who has turned 18 since (R2)."""

    message = _("The application is valid. You do not need to do anything.")


class CannotDeclineEnded(CannotDecline):
    message = _("This application has ended. You do not need to do anything.")


def announce(application: Application, *, by: Actor) -> None:
    """Acknowledge a new version to its main applicant, and invite its adult co-applicants who have an address.

    If nobody knows who sent it, the emails to addresses with enough of such emails are held.
    """
    now = timezone.now()
    if by.source == Source.FORM:
        _hold_surplus(application.version)
    current = Application.objects.with_people().get(pk=application.pk)
    invited = [a for a in current.applicants if not a.is_main and a.must_confirm and a.email and not a.held_at]
    letters.arrived(current)
    fresh = [invitation_links.new_invitation(a, at=now) for a in invited]
    letters.invited(Invitation.objects.bulk_create(fresh), current)


def _hold_surplus(version: Version) -> None:
    """Hold the emails to those at whose address strangers have caused enough emails today."""
    for slot in version.applicants.exclude(email="").order_by("email", "pk"):  # one order, as counting locks
        try:
            stranger_letters.count_stranger_letter(slot.email)
        except limits.TooMany:
            slot.held_at = timezone.now()
            slot.save(update_fields=["held_at"])


def release_held(application: Application) -> None:
    """Invite those whose emails were held: somebody who applies has confirmed, and so is known.

    The caller has locked the application.
    """
    held = [applicant for applicant in application.applicants if applicant.held_at]
    for applicant in held:
        applicant.held_at = None
        applicant.save(update_fields=["held_at"])
    for applicant in held:
        if not applicant.is_main and applicant.is_awaited and applicant.email:
            invite(applicant, application)


def invite(applicant: Applicant, application: Application) -> None:
    """Send a co-applicant a new invitation, which ends the former one."""
    now = timezone.now()
    Invitation.objects.filter(applicant=applicant, replaced_at__isnull=True).update(replaced_at=now)
    invitation = invitation_links.new_invitation(applicant, at=now)
    invitation.save()
    letters.invited([invitation], application)


def invite_newly_awaited(application: Application) -> None:
    """Invite the co-applicants for whom a locked application waits and who have no invitation that works.

    Whoever turned 18 while it was valid has none (R2), and the clock does not look back.
    """
    current = Application.objects.with_invitations().get(pk=application.pk)
    for applicant in current.applicants:
        if not applicant.is_main and applicant.is_awaited and applicant.email and not applicant.live_invitation:
            invite(applicant, current)


@atomically
def resend(applicant: Applicant, *, by: Actor = UNIDENTIFIED) -> None:
    """Send an invitation again, with a new link. Raises InviteeNotAwaited, NoAddress or TooSoon."""
    application, applicant = _lock(applicant)
    _check_waiting(application, applicant)
    if not applicant.email:
        raise NoAddress
    _check_pause(applicant)
    applicant.held_at = None
    applicant.save(update_fields=["held_at"])
    invite(applicant, application)
    _wake(application)
    record_events(application, ApplicationEvent(Event.INVITATION_SENT, applicant), by=by)


@atomically
def correct_address(applicant: Applicant, *, email: str, by: Actor = UNIDENTIFIED) -> None:
    """Send the invitation to another address, and nothing more to the former one.

    If the address is the same, send it again as resend() does. Raises InviteeNotAwaited or TooSoon.
    """
    application, applicant = _lock(applicant)
    _check_waiting(application, applicant)
    if email == applicant.email:
        _check_pause(applicant)
    applicant.email, applicant.held_at = email, None
    applicant.save(update_fields=["email", "held_at"])
    invite(applicant, application)
    _wake(application)
    record_events(application, ApplicationEvent(Event.ADDRESS_CHANGED, applicant, _way(by)), by=by)


def opened(invitation: Invitation) -> None:
    """Remember that somebody went on from the information page. Only a POST counts: scanners open links."""
    Invitation.objects.filter(pk=invitation.pk, opened_at__isnull=True).update(opened_at=timezone.now())


@atomically
def decline(applicant: Applicant, *, by: Actor = UNIDENTIFIED) -> None:
    """Say that this person does not apply; the application waits until it is changed (R10).

    Declining again changes nothing. Raises CannotDeclineConfirmed, CannotDeclineValid or CannotDeclineEnded.
    """
    application, applicant = _lock(applicant)
    if applicant.confirmed:
        raise CannotDeclineConfirmed
    if not application.is_open or application.current_id != applicant.version_id:
        raise CannotDeclineEnded
    if application.is_valid:
        raise CannotDeclineValid
    if applicant.declined_at is None:
        applicant.declined_at = timezone.now()
        applicant.save(update_fields=["declined_at"])
        letters.declined(applicant, application)
        record_events(application, ApplicationEvent(Event.PERSON_DECLINED, applicant), by=by)


@atomically
def correct_own_contact_details(
    applicant: Applicant, *, email: str, phone: str, language: Language, by: Actor = UNIDENTIFIED
) -> None:
    """Change the contact details that only the person may change; this makes no new version."""
    application, slot = _lock(applicant)
    write_contact_details(slot, application, email=email, phone=phone, language=language, by=by)


def write_contact_details(
    slot: Applicant, application: Application, *, email: str, phone: str, language: Language, by: Actor
) -> None:
    """Store how to reach a person of a locked application, and wake the clock for it.

    The trail says which of the details changed, and not to what.
    """
    wanted = {"email": email, "phone": phone, "language": language}
    changed: dict[str, str | int | bool] = {
        field: True for field, value in wanted.items() if getattr(slot, field) != value
    }
    slot.email, slot.phone, slot.language, slot.held_at = email, phone, language, None
    slot.save(update_fields=[*wanted, "held_at"])
    # A person who had no address until now is reminded from now on.
    Application.objects.filter(current=slot.version_id, state__in=OPEN).update(due_at=timezone.now())
    if changed:
        record_events(application, ApplicationEvent(Event.CONTACT_DETAILS_CHANGED, slot, changed | _way(by)), by=by)


@atomically
def report_error(applicant: Applicant, *, text: str, by: Actor = UNIDENTIFIED) -> None:
    """Keep what a co-applicant finds wrong in the application for its main applicant, who also gets a letter."""
    application, applicant = _lock(applicant)
    report = ErrorReport.objects.create(applicant=applicant, text=text, reported_at=timezone.now())
    letters.error_reported(report, application)
    record_events(application, ApplicationEvent(Event.ERROR_REPORTED, applicant), by=by)


def error_reports(application: Application, *, reader: Applicant) -> list[ErrorReport]:
    """Return what co-applicants find wrong in the present version, for its main applicant to read.

    A change answers the reports on the version before it.
    """
    if not (reader.is_main and application.is_open):
        return []
    found = ErrorReport.objects.filter(applicant__version=application.current_id)
    return list(found.select_related("applicant").order_by("reported_at", "pk"))


def _lock(applicant: Applicant) -> tuple[Application, Applicant]:
    """Lock the application, and read it and the applicant again; the applicant may belong to a former version."""
    key = Applicant.objects.values_list("version__application", flat=True).get(pk=applicant.pk)
    application = Application.objects.locked(key)
    for current in application.applicants:
        if current == applicant:
            return application, current
    return application, Applicant.objects.with_confirmation().get(pk=applicant.pk)


def _check_pause(applicant: Applicant) -> None:
    latest = applicant.invitations.order_by("-created_at").first()
    if latest and latest.created_at > timezone.now() - PAUSE:
        raise TooSoon


def _check_waiting(application: Application, applicant: Applicant) -> None:
    current = application.current_id == applicant.version_id and application.status == State.AWAITING
    if not current or applicant.is_main or applicant.declined_at or not applicant.must_confirm:
        raise InviteeNotAwaited


def _way(by: Actor) -> dict[str, str | int | bool]:
    """Return how an applicant was identified: what an account did is shown before its check is undone (C5)."""
    return {"method": by.how} if by.how else {}


def _wake(application: Application) -> None:
    """Make the application due, so that the clock computes its reminders again."""
    Application.objects.filter(pk=application.pk).update(due_at=timezone.now())
