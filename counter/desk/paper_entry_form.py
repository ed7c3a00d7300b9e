"""The form by which staff enter what was written on paper during an outage (ADR 44)."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.enums import PaperWish
from applications.models import IdCheck
from applications.typed_fields import DayInput, StaffDayField, TimeOfDayField
from counter.desk.forms import LONGEST_NOTE, CheckForm, DayField, NoteField
from counter.paper_day import ENTERED_WITHIN

ONLY_ACCOUNT = "account"


class PaperForm(CheckForm):
    """A check from paper: when it was made, what the customer signed, and what CheckForm asks.

    It learns no codes: the paper has only the last four characters.
    """

    NOT_KEPT = CheckForm.NOT_KEPT | {"made_on", "made_at", "wish", "is_signed"}

    made_on = StaffDayField(
        label=_("Date on the form"),
        help_text=_("For example 1.12.2026 or 011226"),
        example="1.12.2026",
        error_messages={"required": _("Enter the date that the adviser wrote on the form.")},
        widget=DayInput({"autofocus": True}),
    )
    made_at = TimeOfDayField(
        label=_("Time on the form"),
        help_text=_("For example 9.15"),
        error_messages={"required": _("Enter the time that the adviser wrote on the form, for example 9.15.")},
    )
    wish = forms.ChoiceField(
        label=_("What the customer signed"),
        choices=[
            (PaperWish.CONFIRMED, _("I confirm the application")),
            (PaperWish.RENEWED, _("I renew the application")),
            (PaperWish.WITHDRAWN, _("I withdraw the application")),
            (ONLY_ACCOUNT, _("Only an account")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the customer has ticked on the form.")},
    )
    is_signed = forms.BooleanField(
        label=_("The customer has signed the form, which says that they have read the terms of use"), required=False
    )
    note = NoteField(
        label=_("Note"),
        help_text=_("Write why the service could not be used, and who served the customer if it was not you."),
        max_length=LONGEST_NOTE,
        error_messages={"required": _("Write a note: why the service could not be used.")},
    )
    field_order = ["made_on", "made_at", "wish", "is_signed"]

    def __init__(self, data: Any = None, *, has_code: bool) -> None:
        super().__init__(data, has_code=has_code)
        self.fields["document_type"].widget.attrs.pop("autofocus", None)
        for field in self.fields.values():
            if isinstance(field, DayField):  # compared with the day on which the document was shown
                field.takes_past = True
        self.fields.pop("code_has_changed", None)
        if not has_code:
            del self.fields["code"]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("wish") not in (None, ONLY_ACCOUNT) and not given.get("is_signed"):
            self._ask("is_signed", _("Tick the box if the customer has signed. If not, choose “Only an account”."))
        if not (given.get("made_on") and given.get("made_at")):
            return given
        made_on, moment = given["made_on"], self._moment(given)
        if moment > timezone.now():
            self._ask(
                "made_at" if made_on == timezone.localdate() else "made_on",
                _("This time is in the future. Check the date and the time."),
            )
        if moment < timezone.now() - ENTERED_WITHIN:
            self._ask("made_on", _("The form is older than 14 days. Ask the person to come here again."))
        for name, told in (
            ("document_valid_until", _("The document had expired on the date of the form. Check both dates.")),
            (
                "basis_valid_until",
                _("The right to act for somebody else had expired on the date of the form. Check both dates."),
            ),
        ):
            if given.get(name) and given[name] < made_on:
                self._ask(name, told)
        return given

    @staticmethod
    def _moment(given: dict[str, Any]) -> dt.datetime:
        return timezone.make_aware(dt.datetime.combine(given["made_on"], given["made_at"]))

    @property
    def check(self) -> IdCheck:
        """The check as it was filled in, with its true time and what was signed; not stored yet."""
        made, wish = super().check, self.cleaned_data["wish"]
        made.checked_at, made.entered_at = self._moment(self.cleaned_data), timezone.now()
        made.paper_wish = "" if wish == ONLY_ACCOUNT else wish
        return made
