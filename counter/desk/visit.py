"""A household at the desk: who of its adults is here, and whose turn it is (J4).

The session remembers whom an adviser has ticked in which application, and nothing else.
"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.models import Applicant, Application

VISIT = "desk_visit"  # the key in the session


class WhoIsHereForm(forms.Form):
    """Which people of an application are at the desk, `besides` somebody who is here in any case if there is one."""

    here = forms.TypedMultipleChoiceField(
        label=_("Who is here?"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose who is here.")},
    )

    def __init__(self, application: Application, data: Any = None, *, besides: Applicant | None = None) -> None:
        super().__init__(data)
        here = self.fields["here"]
        here.choices = [(each.position, str(each)) for each in awaited(application) if each != besides]  # type: ignore[attr-defined]
        if besides:
            here.label, here.required = _("Who else is here?"), False

    @property
    def positions(self) -> list[int]:
        """Who was ticked; nobody if no page of ours was filled in."""
        return list(self.cleaned_data["here"]) if self.is_valid() else []


def awaited(application: Application) -> list[Applicant]:
    """Return the people who can still confirm an application."""
    return [each for each in application.applicants if application.can_confirm(each)]


def others_form(slot: Applicant, data: Any = None) -> WhoIsHereForm | None:
    """Return the form that asks who else is here; None if nobody else can confirm."""
    application = slot.version.application
    return WhoIsHereForm(application, data, besides=slot) if set(awaited(application)) - {slot} else None


def begin(request: HttpRequest, application: Application, positions: Sequence[int]) -> None:
    """Remember who is here, in the order in which they are checked and confirm."""
    request.session[VISIT] = {"reference": application.reference, "positions": list(positions)}


def present(request: HttpRequest, application: Application) -> list[Applicant]:
    """Return who is here of an application, in the order of their turns."""
    visit = request.session.get(VISIT, {})
    positions = visit.get("positions", []) if visit.get("reference") == application.reference else []
    people = {each.position: each for each in application.applicants}
    return [people[position] for position in positions if position in people]


def address_after(request: HttpRequest, slot: Applicant) -> str:
    """Return where to go on after somebody: to whose turn it is, and after the last to the end. Empty if alone."""
    application = slot.version.application
    here = present(request, application)
    if slot not in here:
        return ""
    following = [each for each in here[here.index(slot) + 1 :] if application.can_confirm(each)]
    if following:
        return reverse("admin:desk_applicant", args=[application.reference, following[0].position])
    return reverse("admin:desk_visit", args=[application.reference])
