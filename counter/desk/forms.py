"""Forms of the desk. A check asks for nothing beyond C2, C3 and C6, and so for no document number."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from applications import dates, facts
from applications.enums import RepresentativeKind
from applications.forms import (
    ConfirmForm,
    ContactDetailsForm,
    PhoneField,
    ProseField,
    fits,
    no_personal_identity_code,
    typed_day,
)
from applications.models import IdCheck
from applications.typed_fields import DayInput, StaffDayField
from core import hetu
from core.addresses import AddressInput, EmailField
from core.text import typed_text
from counter import code_comparison, countries
from counter.models import DocumentType

UNSAVEABLE = _("The text has characters that cannot be saved. Remove the special characters.")
LONGEST_NOTE, LONGEST_REASON, LONGEST_LINE = 500, 500, 200  # characters, as IdCheck has them
MOST_YEARS = 15  # ahead; a later day is a slip of the keys
REMARKS = ("name_reason", "document_has_no_end", "is_doubtful", "note")  # folded while there are none
REPRESENTATIVE = ("representative", "representative_name", "basis_document", "basis_valid_until", "basis_has_no_end")


class LineField(forms.CharField):
    """One line of text without control characters and codes, which the trail and letters may repeat (R17)."""

    default_validators = [
        fits(facts.Line, UNSAVEABLE),
        no_personal_identity_code,
    ]

    def __init__(self, *, max_length: int = LONGEST_LINE, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)

    def to_python(self, value: Any) -> str:
        return typed_text(str(super().to_python(value)))


class NoteField(ProseField):
    """A few sentences of text, with the rules of LineField."""

    default_validators = [
        fits(facts.Prose, UNSAVEABLE),
        no_personal_identity_code,
    ]

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"widget": forms.Textarea(attrs={"rows": 3}), **options})


class DayField(StaffDayField):
    """Today or a later day, of at most 15 years. `past` and `far` are the messages for an earlier and a later one.

    A keypad without a dot is enough. Beside an error anywhere in the form the field shows the day as it was read.
    """

    takes_past = False  # what was seen earlier, and is entered from paper
    widget = DayInput({"inputmode": "numeric", "class": "short", "size": 12})

    def __init__(self, *, past: Any, far: Any, **options: Any) -> None:
        self.past, self.far = past, far
        super().__init__(example="31.12.2030", help_text=_("For example 31.12.2030 or 311230"), **options)

    def clean(self, value: Any) -> dt.date | None:
        day = super().clean(value)
        if day and day < dates.today() and not self.takes_past:
            raise forms.ValidationError(self.past)
        if day and (day.year - MOST_YEARS, day.month, day.day) > dates.today().timetuple()[:3]:
            raise forms.ValidationError(self.far)
        return day

    def bound_data(self, data: Any, initial: Any) -> Any:
        try:
            day = typed_day(str(data or ""), example=self.example, century=self.century)
        except forms.ValidationError:
            return data
        return date_format(day, "SHORT_DATE_FORMAT")


class NewContactDetailsForm(ContactDetailsForm):
    """New contact details of a person. The present ones are not shown (R16), so a field left empty changes nothing."""

    is_shown = False
    email = EmailField(
        label=_("New email address"),
        help_text=_("Leave empty if it does not change."),
        required=False,
        widget=AddressInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    is_email_removed = forms.BooleanField(label=_("The person no longer has an email address"), required=False)
    phone = PhoneField(
        label=_("New phone number"),
        help_text=_("Leave empty if it does not change."),
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    is_phone_removed = forms.BooleanField(label=_("The person no longer has a phone number"), required=False)
    field_order = ["email", "is_email_removed", "phone", "is_phone_removed", "language", "also"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["language"].widget.attrs["autocomplete"] = "off"  # not the adviser's

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("email", "phone"):
            if cleaned.get(name) and cleaned[f"is_{name}_removed"]:
                self.add_error(name, _("Enter a new one, or tick the box if there is none any more. Do not do both."))
        return cleaned

    @property
    def corrections(self) -> dict[str, Any]:
        """What the person's contact details are to be; None for what stays as it is."""
        kept = {name: "" if self.cleaned_data[f"is_{name}_removed"] else None for name in ("email", "phone")}
        new = {name: self.cleaned_data[name] or kept[name] for name in kept}
        return {"also": self.cleaned_data.get("also", []), "language": self.cleaned_data["language"], **new}


class ShownContactDetailsForm(ContactDetailsForm):
    """The present contact details, for staff who asked to see them (R16). What is emptied is removed."""

    is_shown = True

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"  # not the adviser's
        self.fields["email"].widget.attrs["autofocus"] = True
        self.fields["email"].help_text = ""

    @property
    def corrections(self) -> dict[str, Any]:
        """What the person's contact details are to be."""
        return {"also": [], **self.cleaned_data}


class UnshownInput(forms.TextInput):
    """A text field whose value no page repeats, not even beside an error (R17)."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return super().get_context(name, None, attrs)


class CodeField(forms.CharField):
    """A personal identity code as it is typed from a document: whole, or its last four characters."""

    widget = UnshownInput(
        attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "class": "short"}
    )

    def clean(self, value: Any) -> str:
        typed = str(super().clean(value))
        code = code_comparison.normalise_typed_code(typed) if typed else ""
        if code is None:
            raise forms.ValidationError(_("Enter the whole code, 11 characters, or its last four."))
        return code


class CheckForm(forms.Form):
    """An ID check. A Finnish passport that matches needs the first fields only, and no mouse.

    `has_code` tells whether the slot has a personal identity code, which is then typed from the document.
    """

    # Of these the check keeps the outcome only.
    NOT_KEPT = frozenset({"is_doubtful", "code", "code_is_absent", "code_has_changed"})

    document_type = forms.ModelChoiceField(
        label=_("Identity document"),
        queryset=DocumentType.objects.filter(is_on=True),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose the identity document that the person showed you.")},
        widget=forms.Select(attrs={"autofocus": True}),
    )
    country = forms.ChoiceField(
        label=_("Country that issued it"),
        choices=countries.choices,
        initial=countries.FINLAND,
        error_messages={"required": _("Choose the country that issued the document.")},
    )
    document_valid_until = DayField(
        label=_("Last day of validity"),
        past=_("The document has expired. Ask for another one."),
        far=_(
            "The day is more than 15 years ahead. Check the year. If the document has no end date, tick the box below."
        ),
        error_messages={"required": _("Enter the last day of validity of the document, for example 31.12.2030.")},
    )
    document_has_no_end = forms.BooleanField(
        label=_("The document has no end date: I have seen this in the document"), required=False
    )
    code = CodeField(
        label=_("Personal identity code on the document"),
        help_text=_("The last four characters or the whole code."),
        required=False,
    )
    code_is_absent = forms.BooleanField(label=_("The code is not on the document"), required=False)
    code_has_changed = forms.BooleanField(
        label=_("The person has a new code, and I have entered the whole code from the document"), required=False
    )
    picture_matches = forms.BooleanField(label=_("The picture matches the person who is here"), required=False)
    name_matches = forms.BooleanField(label=_("The name matches"), required=False)
    name_reason = LineField(
        label=_("Why the name differs"),
        help_text=_("Only if it differs: for example a new last name."),
        required=False,
    )
    is_doubtful = forms.BooleanField(label=_("I am in doubt: somebody else will decide"), required=False)
    note = NoteField(
        label=_("Note"),
        help_text=_(
            "Say what is in doubt. Also say why you accept a document that is not a passport or identity card. The "
            "same goes if it lacks the code or an end date."
        ),
        max_length=LONGEST_NOTE,
        required=False,
    )
    representative = forms.ChoiceField(
        label=_("Who is here instead"), choices=[("", _("Nobody")), *RepresentativeKind.choices], required=False
    )
    representative_name = LineField(label=_("Name of the guardian or proxy"), required=False)
    basis_document = LineField(
        label=_("Document that shows their right"),
        help_text=_("For example: extract from the register of guardianship, power of attorney."),
        required=False,
    )
    basis_valid_until = DayField(
        label=_("Last day of the right to act"),
        past=_("The right to act for somebody else has expired."),
        far=_(
            "The day is more than 15 years ahead. Check the year. If the right to act has no end date, tick the box "
            "below."
        ),
        required=False,
    )
    basis_has_no_end = forms.BooleanField(
        label=_("The right to act has no end date: I have seen this in the document"), required=False
    )

    def __init__(self, data: Any = None, *, has_code: bool, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        if not has_code:
            del self.fields["code_is_absent"], self.fields["code_has_changed"]
            self.fields["code"].help_text = _(
                "Only if the code is on the document. Enter the whole code. After that, you can find the person by "
                "it, and they can also confirm the application with online banking codes."
            )
        self.has_code = has_code
        self.fields["document_valid_until"].required = not self["document_has_no_end"].data

    def clean(self) -> dict[str, Any]:
        """Ask for the answers that other answers require. The database would refuse the check without them too."""
        given: dict[str, Any] = super().clean() or {}
        is_doubtful = given.get("is_doubtful")
        if not given.get("picture_matches") and not is_doubtful:
            self.add_error(
                "picture_matches",
                _("Compare the picture. If it does not match, tick the box that says you are in doubt."),
            )
        self._clean_name(given)
        self._clean_code(given)
        self._clean_end(given, "document_valid_until", "document_has_no_end")
        kind = given.get("document_type")
        needs_note = is_doubtful or given.get("code_is_absent") or (kind and kind.needs_note)
        needs_note = needs_note or given.get("document_has_no_end") or self._brings_doubtful_code(given)
        if needs_note and not given.get("note"):
            self._ask("note", _("Write a note: what is in doubt, or why you accept this document."))
        if any(given.get(name) for name in REPRESENTATIVE):
            self._clean_representative(given)
        return given

    def _clean_representative(self, given: dict[str, Any]) -> None:
        for name in REPRESENTATIVE[:3]:
            if not given.get(name):
                self._ask(name, _("Fill this in if a guardian or proxy is here."))
        if not given.get("basis_valid_until") and not given.get("basis_has_no_end"):
            self._ask(
                "basis_valid_until",
                _("Enter the last day of the right to act, or tick the box if it has no end date."),
            )
        self._clean_end(given, "basis_valid_until", "basis_has_no_end")

    def _clean_end(self, given: dict[str, Any], last_day: str, has_no_end: str) -> None:
        if given.get(last_day) and given.get(has_no_end):
            self._ask(
                has_no_end,
                _("You have entered a last day and ticked the box for no end date. Correct one of the two."),
            )

    def _clean_name(self, given: dict[str, Any]) -> None:
        if given.get("name_matches") and given.get("name_reason"):
            self.add_error(
                "name_reason",
                _("You have ticked “The name matches” and written why it differs. Correct one of the two."),
            )
        if not given.get("name_matches") and not given.get("name_reason", self.errors.get("name_reason")):
            self._ask("name_matches", _("Compare the name. If it differs, write why."))

    def _brings_doubtful_code(self, given: dict[str, Any]) -> bool:
        """Tell whether a code is to be recorded that a colleague accepts first (R3)."""
        is_other = given.get("code_has_changed") or (not self.has_code and not given.get("name_matches"))
        return bool(given.get("code") and is_other)

    def _clean_code(self, given: dict[str, Any]) -> None:
        is_new = given.get("code_has_changed") or not self.has_code
        if is_new and given.get("code") and len(given["code"]) != hetu.LENGTH:
            self._ask("code", _("Enter all 11 characters of a code that is new to the application."))
        if not self.has_code:
            return
        if given.get("code") and given.get("code_is_absent"):
            self._ask(
                "code_is_absent",
                _("You have entered the code and ticked “The code is not on the document”. Correct one of the two."),
            )
        if not given.get("code") and not given.get("code_is_absent"):
            self._ask("code", _("Enter the code from the document, or tick the box if it is not on the document."))

    def _ask(self, name: str, message: Any) -> None:
        if name not in self.errors:
            self.add_error(name, message)

    @property
    def is_represented(self) -> bool:
        """Whether anything is filled in about a guardian or proxy, valid or not."""
        return self._has_any(REPRESENTATIVE)

    @property
    def has_remarks(self) -> bool:
        """Whether anything is filled in that a document which matches does not need."""
        return self._has_any(REMARKS)

    def _has_any(self, names: tuple[str, ...]) -> bool:
        return any(self[name].value() or name in self.errors for name in names if name in self.fields)

    @property
    def check(self) -> IdCheck:
        """The check as it was filled in, not stored yet."""
        filled_in = {name: value for name, value in self.cleaned_data.items() if name not in self.NOT_KEPT}
        return IdCheck(**{**filled_in, "document_type": filled_in["document_type"].code})


class ConfirmHereForm(ConfirmForm):
    """The version and the terms that the person was shown."""

    terms = forms.IntegerField()


class AccountForm(forms.Form):
    """The address of an account, which emails about the person's open applications follow."""

    email = EmailField(
        label=_("Email address"),
        error_messages={"required": _("Enter the person’s own email address, for example name@example.com.")},
        widget=AddressInput(attrs={"autocomplete": "off", "autofocus": True, "spellcheck": "false"}),
    )


class DecisionForm(forms.Form):
    """The second look (C3, C4)."""

    accepted = forms.TypedChoiceField(
        label=_("Decision"),
        choices=[("yes", _("Accept the check")), ("no", _("Reject the check"))],
        coerce=lambda value: value == "yes",
        error_messages={"required": _("Choose whether you accept or reject the check.")},
        widget=forms.RadioSelect,
    )
    reason = NoteField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        error_messages={"required": _("Write the reason for your decision, for example what you compared.")},
    )


class UndoForm(forms.Form):
    """Why a check is undone (C5)."""

    reason = NoteField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        error_messages={"required": _("Write why you are undoing the check.")},
    )
