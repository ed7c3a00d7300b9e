"""Contact details, language and invitations, all that the counter corrects in an application (C7)."""

from applications import invitations
from applications.models import Applicant, Application
from applications.trail import ApplicationEvent, record_events
from core.actors import Actor
from core.transactions import atomically
from counter.id_checks import CannotCheckEnded, SlotChanged
from identity.enums import Language
from records.enums import Event


@atomically
def correct_contact_details(
    applicant: Applicant, *, email: str | None, phone: str | None, language: Language, by: Actor
) -> None:
    """Correct how a person is reached, without a new version of the application. None leaves a detail as it is.

    A co-applicant who has not confirmed yet is invited again at a new address, and the former invitation ends.
    Raises id_checks.CannotCheckEnded and id_checks.SlotChanged.
    """
    application = Application.objects.locked(applicant.version.application_id)
    if not application.is_open:
        raise CannotCheckEnded
    slot = next((each for each in application.applicants if each == applicant), None)
    if slot is None:
        raise SlotChanged
    email, phone = slot.email if email is None else email, slot.phone if phone is None else phone
    is_moved = email not in {"", slot.email}
    invitations.write_contact_details(slot, application, email=email, phone=phone, language=language, by=by)
    if is_moved and application.awaits(slot) and not slot.is_main:
        invitations.invite(slot, application)
        record_events(application, ApplicationEvent(Event.INVITATION_SENT, slot), by=by)
