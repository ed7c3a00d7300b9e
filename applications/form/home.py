"""Step 2: how the household lives now, and why it needs a home."""

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from applications import dates, plausible
from applications.document import Content
from applications.enums import Condition, Dwelling, Reason, Tenure
from applications.form.data import Answers
from applications.form.fields import (
    DayField,
    FloorAreaField,
    LineField,
    MonthlyField,
    PeopleField,
    RoomsField,
    as_typed,
    day_ahead,
    day_as_typed,
    euros_as_typed,
)
from applications.form.questions import Conditions, Questions

LIVES_SOMEWHERE: Conditions = tuple(("dwelling", one.value) for one in Dwelling if one != Dwelling.HOMELESS)
MUST_MOVE: Conditions = (("reasons", Reason.MUST_MOVE.value),)
NO_ANSWER = [("", _("Choose"))]


class HomeAndNeed(Questions):
    dwelling = forms.ChoiceField(
        label=_("Type of home"),
        choices=Dwelling,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what kind of home you live in now.")},
    )
    address = LineField(
        label=_("Address of the home"), required=False, widget=forms.TextInput({"autocomplete": "address-line1"})
    )
    rooms = RoomsField(label=_("Number of rooms"), required=False, least=1, most=50)
    area = FloorAreaField(label=_("Floor area"), help_text=_("In square metres."), required=False, least=1)
    residents = PeopleField(label=_("People living there"), required=False, least=1, most=50)
    condition = forms.ChoiceField(label=_("Condition"), choices=[*NO_ANSWER, *Condition.choices], required=False)
    tenure = forms.ChoiceField(label=_("Tenure"), choices=[*NO_ANSWER, *Tenure.choices], required=False)
    rent = MonthlyField(label=_("Rent per month"), help_text=_("In euros."), required=False)
    reasons = forms.MultipleChoiceField(
        label=_("Reasons"),
        help_text=_("Why do you need a home? Choose all that apply."),
        choices=Reason,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one reason why you need a home.")},
    )
    homeless_since = DayField(label=_("Homeless since"), example="14.2.2026", required=False)
    must_move_by = DayField(label=_("Must move by"), example=day_ahead, required=False)
    must_move_because = LineField(label=_("Why you must move"), required=False)

    asked_after: ClassVar[dict[str, Conditions]] = {
        **dict.fromkeys(("address", "rooms", "area", "residents", "condition", "tenure", "rent"), LIVES_SOMEWHERE),
        "homeless_since": (("dwelling", Dwelling.HOMELESS.value), ("reasons", Reason.HOMELESS.value)),
        "must_move_by": MUST_MOVE,
        "must_move_because": MUST_MOVE,
    }

    def clean_homeless_since(self) -> dt.date | None:
        since: dt.date | None = self.cleaned_data["homeless_since"]
        if since and since > dates.today():
            raise ValidationError(_("The date is in the future. Check the year."))
        if since and plausible.is_too_old(since):
            raise ValidationError(_("The date is too long ago. Check the year."))
        return since

    def clean_must_move_by(self) -> dt.date | None:
        by: dt.date | None = self.cleaned_data["must_move_by"]
        if by and plausible.has_moved(by):
            raise ValidationError(_("The date was more than a year ago. Check the year."))
        if by and plausible.is_far_ahead(by):
            raise ValidationError(_("The date is more than 10 years away. Check the year."))
        return by

    HOME = ("dwelling", "address", "rooms", "area", "residents", "condition", "tenure", "rent")
    NEED = ("reasons", "homeless_since", "must_move_by", "must_move_because")

    def facts(self) -> dict[str, Any]:
        """Return the parts `home` and `need` of a content."""
        given = super().facts()
        return {
            part: {name: given[name] for name in names if name in given}
            for part, names in {"home": self.HOME, "need": self.NEED}.items()
        }


class SharedHome(HomeAndNeed):
    """What all applicants may see of the home."""

    address = None  # type: ignore[assignment]
    asked_after: ClassVar[dict[str, Conditions]] = {
        name: conditions for name, conditions in HomeAndNeed.asked_after.items() if name != "address"
    }


def answers_from_home(content: Content) -> Answers:
    """Return the home and the need as somebody would have typed them."""
    home, need = content.home, content.need
    return {
        "dwelling": home.dwelling.value,
        "address": home.address or "",
        "rooms": as_typed(home.rooms),
        "area": as_typed(home.area),
        "residents": as_typed(home.residents),
        "condition": home.condition.value if home.condition else "",
        "tenure": home.tenure.value if home.tenure else "",
        "rent": euros_as_typed(home.rent),
        "reasons": [reason.value for reason in need.reasons],
        "homeless_since": day_as_typed(need.homeless_since),
        "must_move_by": day_as_typed(need.must_move_by),
        "must_move_because": need.must_move_because or "",
    }
