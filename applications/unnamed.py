"""Emails about an application in which somebody is under non-disclosure name nobody, not even their reader (R16).

An address may be mistyped, old, shared or read by others, and whoever looks for the person may know the names of those
they live with. So people are called by their place in the application; its pages name them, to those who have proved
who they are. The wording gives no reason. Whoever applies with the person, and has emails of before and after, may
guess one; a stranger learns nothing.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, pgettext

from applications.enums import RepresentativeKind
from applications.models import Applicant, Application, Confirmation
from core.personal_names import joined_name

ONE = ("recipient", "who")
SEVERAL = ("missing", "at_counter", "declined", "without_address", "reachable_online")


def places_in(reference: str) -> dict[str, str] | None:
    """Return what each name of an application is called, in the active language; None if it may be named in emails."""
    slots = Applicant.objects.filter(version__application__reference=reference).order_by("version__number", "position")
    found = list(slots.values_list("first_names", "last_name", "position", "protected"))
    if not any(is_protected for *_name, is_protected in found):
        return None
    return {joined_name(first, last): _place(position) for first, last, position, _ in found}


def _is_unnamed(application: Application) -> bool:
    """Tell whether pages that whoever has an email can open, without proving who they are, name nobody."""
    return Applicant.objects.filter(version__application=application, protected=True).exists()


def inviter(applicant: Applicant) -> str:
    """Return what the page of an invitation calls the main applicant: as the email does that leads there."""
    version = applicant.version
    return _place(0) if _is_unnamed(version.application) else version.applicants.get(position=0).first_name


def representative_of(confirmation: Confirmation) -> str:
    """Return what the page that checks a receipt says of who acted for somebody else; empty for nobody."""
    hidden = _is_unnamed(confirmation.applicant.version.application)
    return represented_by(confirmation.representative) if hidden else confirmation.represented_by


def without_names(people: Mapping[str, Any], places: Mapping[str, str]) -> dict[str, Any]:
    """Return the parameters that name people, with their places instead, and without what somebody wrote."""
    one = {name: places.get(people[name], gettext("Applicant")) for name in ONE if name in people}
    several = {
        name: [places.get(each, gettext("Applicant")) for each in people[name]] for name in SEVERAL if name in people
    }
    return {**one, **several, "inviter": _place(0), "text": "", "is_unnamed": True}


def represented_by(kind: str) -> str:
    """Return who acts for somebody else, without a name; empty for nobody."""
    match kind:
        case RepresentativeKind.GUARDIAN:
            return pgettext("who represents somebody", "a guardian")
        case RepresentativeKind.PROXY:
            return pgettext("who represents somebody", "a proxy with a power of attorney")
    return ""


def _place(position: int) -> str:
    return gettext("Co-applicant %(number)s") % {"number": position} if position else gettext("Main applicant")
