"""Step 1: who applies, and who moves in with them."""

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications import dates, plausible
from applications.form.data import MOST_RESIDENTS
from applications.form.fields import AnswerField, DayField, HetuField, LineField, day_ahead
from applications.form.questions import Questions
from applications.forms import PhoneField
from applications.models import MOST_APPLICANTS
from core import hetu
from core.addresses import AddressInput, EmailField
from core.personal_names import LONGEST_NAME, NotAName, personal_name
from identity.enums import Language

OFF = {"autocomplete": "off"}  # these are the details of somebody other than the person at the keyboard
ONE_NAME = _("If the person has only one name, enter it as the first or the last name. Leave the other field empty.")
POSTE_RESTANTE = _("Street, number, postal code and town. If you have no home, enter “poste restante”.")


class NameField(AnswerField):
    """A name, or nothing: some people have one name only, so no field of a name is required by itself."""

    message = _(
        "Enter the name in at most 8 words. You can use spaces, hyphens and apostrophes. Leave out digits, commas, "
        "slashes and brackets: write “King Jr.”, “Sofia Sofie” and “J. R. Virtanen”."
    )

    def __init__(self, **options: Any) -> None:
        settings = {"max_length": LONGEST_NAME, "required": False, "widget": forms.TextInput(attrs=OFF)}
        super().__init__(**{**settings, **options})

    def to_python(self, value: Any) -> Any:
        return forms.CharField.to_python(self, value)  # a name has a form of its own, with joiners

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return personal_name(text) if text else ""
        except NotAName:
            raise ValidationError(self.message) from None


class PhoneAnswerField(PhoneField, AnswerField):
    """The telephone number of an applicant."""


class Human(Questions):
    """Somebody with a name and a personal identity code, or else a date of birth."""

    NAME_MISSING: ClassVar[Promise] = _("Enter the person’s first name.")

    first_names = NameField(label=_("First names"), help_text=ONE_NAME)
    last_name = NameField(label=_("Last name"))
    hetu = HetuField(label=_("Personal identity code"), required=False)
    birth_date = DayField(
        label=_("Date of birth"),
        help_text=_("Only if the person has no Finnish personal identity code. For example 14.2.1990."),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        code, born = cleaned.get("hetu"), cleaned.get("birth_date")
        if not self.errors and not code and not born:
            self.add_error(
                "hetu",
                _(
                    "Enter the personal identity code, for example 131052-308T. If there is none, enter the date of "
                    "birth below it."
                ),
            )
        if code and born:
            if hetu.birth_date(code) != born:
                self.add_error(
                    "birth_date", _("The date of birth is not the same as in the personal identity code. Check both.")
                )
            cleaned["birth_date"] = None  # the code says it
        if born and born > dates.today():
            self.add_error("birth_date", _("The date of birth is in the future. Check the year."))
        if code and plausible.is_too_old(hetu.birth_date(code)):
            self.add_error(
                "hetu",
                _(
                    "According to this code, the person is over 120 years old. Check the character after the first "
                    "six digits."
                ),
            )
        elif born and plausible.is_too_old(born):
            self.add_error("birth_date", _("The date of birth is more than 120 years ago. Check the year."))
        self.check_names(cleaned, born=hetu.birth_date(code) if code else born)
        return cleaned

    def check_names(self, cleaned: dict[str, Any], *, born: dt.date | None) -> None:
        """Demand a name of somebody born on that day; None if the day is not known."""
        if not self.has_name(cleaned):
            self.add_error("first_names", str(self.NAME_MISSING))

    def has_name(self, cleaned: dict[str, Any]) -> bool:
        """Tell whether a name was given, be it a wrong one."""
        return any(cleaned.get(name) or name in self.errors for name in ("first_names", "last_name"))


class Applicant(Human):
    """What is asked of everybody who signs the lease."""

    address = LineField(label=_("Address"), help_text=POSTE_RESTANTE, required=False, widget=forms.TextInput(OFF))
    municipality = LineField(label=_("Municipality of residence"), required=False, widget=forms.TextInput(OFF))
    email = EmailField(label=_("Email address"), required=False, widget=AddressInput(OFF))
    phone = PhoneAnswerField(label=_("Phone number"), required=False, widget=forms.TextInput({"type": "tel", **OFF}))
    language = forms.ChoiceField(
        label=_("Language of communication"),
        help_text=_("We will send emails in this language."),
        choices=Language,
        error_messages={"required": _("Choose the language of communication.")},
    )
    non_disclosure = forms.BooleanField(
        label=_("This person has a non-disclosure for personal safety"),
        help_text=_(
            "Tick this only if the Digital and Population Data Services Agency has granted a non-disclosure. We will "
            "then show the contact details only to staff who have the right to see them."
        ),
        required=False,
    )


class AboutOneself(Questions):
    """What the person at the keyboard tells of themselves: the browser may fill it in."""

    NAME_MISSING: ClassVar[Promise] = _("Enter your first name.")
    purposes = {
        "first_names": "given-name",
        "last_name": "family-name",
        "address": "address-line1",
        "municipality": "address-level2",
        "email": "email",
        "phone": "tel",
        "language": "language",
    }


class MainApplicant(AboutOneself, Applicant):
    birth_date = None  # type: ignore[assignment]  # R3: the main applicant has a code
    hetu = HetuField(
        label=_("Personal identity code"),
        help_text=_(
            "The main applicant needs a Finnish personal identity code. If you have none, you cannot be the main "
            "applicant. Ask another applicant to be the main applicant, or ask customer service for advice."
        ),
        error_messages={"required": _("Enter your personal identity code, for example 131052-308T.")},
    )
    email = EmailField(
        label=_("Email address"),
        help_text=_("We can send you emails only if you give an address."),
        required=False,
    )

    def clean_hetu(self) -> str:
        code = str(self.cleaned_data["hetu"])
        if not dates.is_adult(hetu.birth_date(code), on=dates.today()):
            raise ValidationError(_("The main applicant must be 18 or older. Check the personal identity code."))
        return code


class CoApplicant(Applicant):
    email = EmailField(
        label=_("Email address"),
        help_text=_(
            "We will send the invitation here. Without an address, tell this person about the application yourself. "
            "They can identify themselves in this service without an invitation, or confirm the application at "
            "customer service."
        ),
        required=False,
        widget=AddressInput(OFF),
    )


class Oneself(AboutOneself, Human):
    """What an applicant changes of themselves: they stay who they are."""

    hetu = None  # type: ignore[assignment]
    birth_date = None  # type: ignore[assignment]
    address = Applicant.base_fields["address"]
    municipality = Applicant.base_fields["municipality"]

    def clean(self) -> dict[str, Any]:
        self.check_names(self.cleaned_data, born=None)
        return self.cleaned_data


class Resident(Human):
    """A child, or an adult who does not sign the lease."""

    first_names = NameField(label=_("First names"), help_text=_("Leave the names empty if the child has none yet."))

    def check_names(self, cleaned: dict[str, Any], *, born: dt.date | None) -> None:
        is_adult = born is not None and dates.is_adult(born, on=dates.today())
        if is_adult and not self.has_name(cleaned):
            self.add_error("first_names", _("Enter the person’s first name. Only a child can be without a name."))


class Unborn(Questions):
    due_date = DayField(label=_("Due date"), example=day_ahead)
    first_names = NameField(label=_("First names"))
    last_name = NameField(label=_("Last name"))
    asked_after = {"first_names": (), "last_name": ()}  # shown where an application has them

    def clean_due_date(self) -> dt.date:
        due: dt.date = self.cleaned_data["due_date"]
        if plausible.is_not_begotten(due):
            raise ValidationError(_("The due date is more than 10 months away. Check the year."))
        if plausible.is_long_born(due):
            raise ValidationError(
                _(
                    "The due date was more than 2 months ago. Check the date. If the child has been born, remove the "
                    "unborn child and add the child as a person moving in."
                )
            )
        return due


class NumberOfPeople(forms.TypedChoiceField):
    """A number to choose: nothing can be typed wrongly."""

    def __init__(self, numbers: range, **options: Any) -> None:
        choices = [(number, str(number)) for number in numbers]
        least: Any = numbers[0]  # the stubs know texts only
        super().__init__(choices=choices, coerce=int, empty_value=least, required=False, **options)


class HouseholdForm(forms.Form):
    """How many places the first step has. People are added and removed there as well."""

    applicants = NumberOfPeople(
        range(1, MOST_APPLICANTS + 1),
        label=_("How many of you are applying?"),
        help_text=_("You and the people who will sign the tenancy agreement with you."),
    )
    residents = NumberOfPeople(
        range(MOST_RESIDENTS + 1),
        label=_("How many others are moving in?"),
        help_text=_("Children, and adults who will not sign the tenancy agreement."),
    )


FORMS: dict[str, type[Human | Unborn]] = {
    "main": MainApplicant,
    "co": CoApplicant,
    "resident": Resident,
    "unborn": Unborn,
}
TITLES = {
    "main": _("Main applicant"),
    "co": _("Co-applicant"),
    "resident": _("A person moving in with you"),
    "unborn": _("Unborn child"),
}
NAMELESS = {"unborn": TITLES["unborn"], "resident": _("A child who has no name yet")}
