"""Step 4: what the household looks for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applications import facts
from applications.districts import DISTRICTS, district_choices
from applications.document import Content
from applications.enums import Feature, FlatType, Purpose
from applications.form.data import Answers
from applications.form.fields import FloorField, MonthlyField, WholeAreaField, as_typed, euros_as_typed
from applications.form.questions import Questions
from applications.forms import ProseField, fits

MOST_AREAS = 30
line = fits(facts.Line, _("Enter each area on a line of its own, at most 200 characters."))


class Wishes(Questions):
    purpose = forms.ChoiceField(
        label=_("Type of application"),
        help_text=_("An exchange of flats is for you if you already live in a Heka flat and will give it up."),
        choices=Purpose,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whether you are applying for a home or exchanging the one you have.")},
    )
    flat_types = forms.MultipleChoiceField(
        label=_("Size of the flat"),
        help_text=_("Choose all that suit you."),
        choices=FlatType,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one size of flat that suits you.")},
    )
    highest_rent = MonthlyField(
        label=_("Maximum rent per month"),
        help_text=_("In euros."),
        message=_("Enter the highest rent that you can pay in euros per month, for example 1,100."),
    )
    area_min = WholeAreaField(
        label=_("Smallest floor area"), help_text=_("In square metres."), required=False, least=1, most=500
    )
    area_max = WholeAreaField(
        label=_("Largest floor area"), help_text=_("In square metres."), required=False, least=1, most=500
    )
    lowest_floor = FloorField(
        label=_("Lowest floor"),
        help_text=_("1 is the ground floor (street level). Leave this empty if any floor suits you."),
        required=False,
        least=1,
        most=50,
    )
    districts = forms.MultipleChoiceField(
        label=_("Districts"),
        help_text=_("Choose none if any area suits you."),
        choices=district_choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    other_areas = ProseField(
        label=_("Other areas"),
        help_text=_("Areas that are not in the list. Enter each on a line of its own."),
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )
    features = forms.MultipleChoiceField(
        label=_("Wishes"), choices=Feature, widget=forms.CheckboxSelectMultiple, required=False
    )
    more = ProseField(
        label=_("More information"),
        help_text=_("Tell us in your own words what else we should know."),
        required=False,
        max_length=2000,
        validators=[
            fits(
                facts.Prose,
                _("The text contains characters that cannot be sent. Remove special characters and try again."),
            )
        ],
        widget=forms.Textarea({"rows": 5}),
    )

    def clean_other_areas(self) -> list[str]:
        typed = self.cleaned_data["other_areas"].split("\n")
        areas = [area for each in typed if (area := each.strip())]
        for area in areas:
            line(area)
        if len(areas) + len(self.cleaned_data.get("districts", [])) > MOST_AREAS:
            raise forms.ValidationError(_("Choose at most %(most)s areas."), params={"most": MOST_AREAS})
        return list(dict.fromkeys(areas))  # whoever names an area twice means it once

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        least, most = cleaned.get("area_min"), cleaned.get("area_max")
        if least and most and least > most:
            self.add_error("area_max", _("The largest floor area is smaller than the smallest. Check both."))
        return cleaned

    def facts(self) -> dict[str, Any]:
        """Return the parts `wishes` and `more` of a content."""
        given = super().facts()
        chosen = sorted(given.pop("districts"), key=DISTRICTS.index)  # the same in whichever language they were chosen
        more, areas = (
            given.pop("more", None),
            [*chosen, *(one for one in given.pop("other_areas", []) if one not in chosen)],
        )
        return {"wishes": {**given, "areas": areas}, **({"more": more} if more else {})}


class SharedWishes(Wishes):
    """What all applicants may see of the wishes."""

    more = None  # type: ignore[assignment]


def answers_from_wishes(content: Content) -> Answers:
    """Return the wishes as somebody would have typed them; areas in an order that the list cannot show become text."""
    wishes = content.wishes
    chosen = [area for area in wishes.areas if area in DISTRICTS]
    others = [area for area in wishes.areas if area not in DISTRICTS]
    if [*chosen, *others] != wishes.areas or chosen != sorted(set(chosen), key=DISTRICTS.index):
        chosen, others = [], wishes.areas
    return {
        "purpose": wishes.purpose.value,
        "flat_types": [one.value for one in wishes.flat_types],
        "highest_rent": euros_as_typed(wishes.highest_rent),
        "area_min": as_typed(wishes.area_min),
        "area_max": as_typed(wishes.area_max),
        "lowest_floor": as_typed(wishes.lowest_floor or None),  # 0 suits whoever any floor suits; the form has 1 on
        "districts": chosen,
        "other_areas": "\n".join(others),
        "features": [one.value for one in wishes.features],
        "more": content.more or "",
    }
