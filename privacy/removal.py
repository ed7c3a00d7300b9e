"""Removing whole applications, with what refers to them in every room; only figures stay (R18)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from applications import application_removal
from applications.models import (
    Applicant,
    Certificate,
    Confirmation,
    ErrorReport,
    IdCheck,
    IdCheckQuerySet,
    LearnedCode,
    NamePart,
    ReceiptDocument,
    TermsAcceptance,
)
from core.among import Among
from core.deletion import delete_rows
from counter import figures
from counter.models import SecondLook, Undoing
from identity import accounts, person_removal
from identity.models import Account, Person
from mailing import letter_removal
from mailing.models import Letter
from records import append_only
from records.names import applicant_subject
from upstream import intake_removal


@dataclass(frozen=True)
class RemovedNumbers:
    """How many applications were removed, and how many accounts were closed because their ID check went too."""

    applications: int
    accounts: int


def remove_whole(references: Mapping[int, str]) -> RemovedNumbers:
    """Remove locked applications, given as references by primary key, within the caller's transaction.

    An account that stands on one of their ID checks is closed, and its holder is told (J5).
    """
    closed = accounts_based_on(references)
    for account in closed:
        accounts.close(account)
    Account.objects.filter(id_check__in=_checks_in(references)).update(id_check=None)
    figures.keep_figures(references)
    _remove_decisions(references)
    intake_removal.remove_intakes(references)
    application_removal.remove_applications(references)
    letter_removal.remove_letters_about(references.values())
    return RemovedNumbers(len(references), len(closed))


def forget_people(people: Collection[Person]) -> None:
    """Remove people who have no application left, within the caller's transaction."""
    with append_only.permit():
        TermsAcceptance.objects.filter(person__in=people).delete()
    person_removal.remove_people(people)


def remove_contact_details(slots: Collection[Applicant]) -> None:
    """Remove what slots that stay hold of the person, and the letters that were sent to them.

    These are the contact details, the parts of the name by which staff find them, what they wrote in reports,
    receipts as PDF, certificates, and a code that waits for a second look.
    """
    keys = [slot.pk for slot in slots]
    with append_only.permit():
        LearnedCode.objects.filter(id_check__applicant__in=keys, took_effect_at=None).delete()
        Certificate.objects.filter(applicant__in=keys).delete()  # with their documents as PDF
    NamePart.objects.filter(applicant__in=keys).delete()
    ErrorReport.objects.filter(applicant__in=keys).delete()
    Applicant.objects.filter(pk__in=keys).update(email="", phone="")
    ReceiptDocument.objects.filter(confirmation__applicant__in=keys).delete()
    Letter.objects.filter(recipient__in=[applicant_subject(key) for key in keys]).delete()


def accounts_based_on(applications: Collection[int]) -> list[Account]:
    """Return the open accounts that stand on the ID checks of these applications."""
    return list(Account.objects.filter(id_check__in=_checks_in(applications), closed_at=None).order_by("pk"))


def depending_on(applications: Collection[int]) -> dict[int, set[int]]:
    """Return, by the key of each application, the others whose confirmations or codes rest on its ID checks."""
    application_of = dict(_checks_in(applications).values_list("pk", "applicant__version__application_id"))
    confirmed = Confirmation.objects.filter(Among("id_check", application_of))
    bearing = Applicant.objects.filter(Among("code_check", application_of))
    found: dict[int, set[int]] = {}
    for check, other in [
        *confirmed.values_list("id_check", "applicant__version__application_id"),
        *bearing.values_list("code_check", "version__application_id"),
    ]:
        own = application_of[check or 0]
        if other != own:
            found.setdefault(own, set()).add(other)
    return found


def removable(applications: Iterable[int]) -> set[int]:
    """Return the applications that can go together, since nothing that stays rests on their ID checks."""
    going = set(applications)
    resting = depending_on(going)
    while needed := {key for key in going if resting.get(key, set()) - going}:
        going -= needed
    return going


def _checks_in(applications: Iterable[int]) -> IdCheckQuerySet:
    return IdCheck.objects.filter(Among("applicant__version__application", applications))


def _remove_decisions(applications: Collection[int]) -> None:
    """Remove what was decided about the ID checks of these applications, so that the checks can go too."""
    checks = _checks_in(applications)
    with append_only.permit():
        delete_rows(Undoing.objects.filter(check_made__in=checks))
        delete_rows(SecondLook.objects.filter(check_made__in=checks))
