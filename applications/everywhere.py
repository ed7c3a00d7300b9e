"""The other open applications of a person, in which an address that is corrected in one may stand too (ADR 52)."""

from collections.abc import Collection, Iterable, Sequence

from django.utils.text import get_text_list
from django.utils.translation import gettext, ngettext

from applications import reading
from applications.models import Applicant, Application

Place = tuple[Applicant, Application]  # somebody's slot in the current version of an application
Offer = tuple[str, str, bool]  # a place in which to correct an address: value, name, whether it is ticked at first


def other_places(applicant: Applicant) -> list[Place]:
    """Return this person's slots in other open applications; none without a code, by which alone they are known."""
    slots = Applicant.objects.same_person(applicant)
    found = Application.objects.with_people().open().filter(current__applicants__in=slots)
    return _places(applicant, found.exclude(pk=applicant.version.application_id).order_by("pk"))


def other_places_of_main(main: Applicant, applicant: Applicant) -> list[Place]:
    """Return the places in which this main applicant may correct the address of the co-applicant as well.

    Whether the same address stands there is not said: who tries addresses would learn those that others keep (R16).
    """
    return [(slot, place) for slot, place in other_places(applicant) if may_correct(main, slot, place)]


def may_correct(main: Applicant, slot: Applicant, application: Application) -> bool:
    """Tell whether this person, the main applicant of another application, may correct the address of this slot."""
    is_main = main.is_same_person(application.applicants[0])
    return is_main and not slot.is_main and application.awaits(slot)


def lock_also(applicant: Applicant, references: Collection[str]) -> list[Place]:
    """Lock the application of this person and their other ones of these numbers, in the one order; return the others.

    Those that have ended, or in which the person does not apply any more, are left out.
    """
    if not references:
        return []
    own = applicant.version.application_id
    slots = Applicant.objects.same_person(applicant)
    known = Application.objects.filter(reference__in=references, current__applicants__in=slots)
    keys = [key for key in known.values_list("pk", flat=True) if key != own]
    reading.lock_several([own, *keys])
    found = Application.objects.with_people().filter(pk__in=keys).order_by("pk")
    return _places(applicant, [application for application in found if application.is_open])


def offered(applications: Iterable[Application], *, ticked: Collection[str] | None = None) -> list[Offer]:
    """Return what a form (CorrectsElsewhere) offers: applications, ticked at first unless `ticked` names others."""
    named = [(one.reference, gettext("Application %(number)s") % {"number": one.number}) for one in applications]
    return [(reference, name, ticked is None or reference in ticked) for reference, name in named]


def corrected_too(applications: Sequence[Application]) -> str:
    """Return the sentence that says where else an address was corrected."""
    numbers = get_text_list([one.number for one in applications], gettext("and"))
    return ngettext(
        "Also corrected in application %(numbers)s.", "Also corrected in applications %(numbers)s.", len(applications)
    ) % {"numbers": numbers}


def _places(applicant: Applicant, applications: Iterable[Application]) -> list[Place]:
    return [
        (slot, application)
        for application in applications
        for slot in application.applicants
        if applicant.is_same_person(slot)
    ]
