"""Contact details, language and invitations, all that the counter corrects in an application (C7)."""

from collections.abc import Collection

from applications import everywhere, invitations, reading
from applications.models import OPEN, Applicant, Application
from core.actors import Actor
from core.transactions import atomically
from counter.id_checks import CannotCheckEnded, SlotChanged
from identity import accounts
from identity.accounts import normal
from identity.enums import Language


@atomically
def correct_contact_details(
    applicant: Applicant,
    *,
    email: str | None,
    phone: str | None,
    language: Language,
    also: Collection[str] = (),
    by: Actor,
) -> invitations.Corrected:
    """Correct how a person is reached, without a new version of the application. None leaves a detail as it is.

    What changed is corrected in the person's applications of these numbers (`also`) too. A co-applicant who has not
    confirmed yet is invited again at a new address, and the former invitation ends. Raises id_checks.CannotCheckEnded
    and id_checks.SlotChanged.
    """
    others = everywhere.lock_also(applicant, also)
    application = reading.locked(applicant.version.application_id)
    if not application.is_open:
        raise CannotCheckEnded
    slot = next((each for each in application.applicants if each == applicant), None)
    if slot is None:
        raise SlotChanged
    email, phone = slot.email if email is None else email, slot.phone if phone is None else phone
    place = (slot, application)
    return invitations.correct_everywhere(place, others, email=email, phone=phone, language=language, by=by)


def lock_open_applications(applicant: Applicant) -> list[Application]:
    """Lock the open applications in which this person applies, and return them with their people."""
    same = Applicant.objects.same_person(applicant)
    keys = list(Application.objects.filter(state__in=OPEN, current__applicants__in=same).values_list("pk", flat=True))
    reading.lock_several(keys)
    found = Application.objects.with_people().filter(pk__in=keys).order_by("pk")
    return [application for application in found if application.is_open]


def follow_account(applicant: Applicant, applications: list[Application], *, email: str, by: Actor) -> None:
    """Let emails about these applications, which the caller has locked, go to the address of the person’s account.

    An address that they share with the holder of another account stays (R15).
    """
    for application in applications:
        slot = next((each for each in application.applicants if applicant.is_same_person(each)), None)
        if slot and normal(slot.email) != normal(email) and not is_shared(slot):
            language = Language(slot.language)
            invitations.correct_details(slot, application, email=email, phone=slot.phone, language=language, by=by)


def is_shared(slot: Applicant) -> bool:
    """Tell whether the address in the application is that of another person's account (R15)."""
    return bool(slot.email) and is_of_another(slot.email, slot)


def is_of_another(email: str, slot: Applicant) -> bool:
    """Tell whether another person than the one in this slot has an account with an address (R15)."""
    account = accounts.live(email)
    return account is not None and account.user.person.hetu_index not in slot.hetu_indexes
