"""The summary: everything that was typed, in words, and what is still missing."""

from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.form import people
from applications.form.data import FormData, is_removable
from applications.form.questions import Title
from applications.form.steps import STEPS, TITLES, Part, form_of_person, full_name


@dataclass(frozen=True)
class Unasked:
    """Somebody in an application that is changed, who is asked nothing but may be removed."""

    id: str
    name: str
    title: Title
    can_be_removed: bool


@dataclass(frozen=True)
class Missing:
    """One fault, and the question where it is."""

    step: str
    whose: Title
    anchor: str
    label: str
    error: str


@dataclass(frozen=True)
class Recipient:
    """Somebody who signs, and the address to which their emails go as it was typed; empty if there is none."""

    name: str
    is_main: bool
    address: str
    anchor: str


@dataclass(frozen=True)
class Unreached:
    """A co-applicant without an email address, and whether they can confirm at the counter only (R3)."""

    name: str
    only_at_counter: bool


class AssuranceForm(forms.Form):
    assurance = forms.BooleanField(
        label=_("I declare that the details are correct. I will tell you if they change."),
        error_messages={
            "required": _("Tick this if the details are correct. Without it we cannot accept the application.")
        },
    )


@dataclass(frozen=True)
class Summary:
    """The steps with their forms, in the order in which they are filled in."""

    parts: dict[str, list[Part]]

    @property
    def sections(self) -> list[tuple[str, Title, list[Part]]]:
        return [(step, TITLES[step], self.parts[step]) for step in STEPS]

    @property
    def missing(self) -> list[Missing]:
        return [
            Missing(
                step,
                part.place.title if part.place.person else "",
                part.form[name].id_for_label or part.form[name].auto_id,
                str(part.form.fields[name].label),
                str(error),
            )
            for step in STEPS
            for part in self.parts[step]
            for name, errors in part.form.errors.items()
            for error in errors
        ]

    @property
    def recipients(self) -> list[Recipient]:
        """Where emails go, as whoever fills in the form has written it; nobody in a change, which asks no address.

        A co-applicant who has no name yet is not among them: the summary asks for the name first.
        """
        return [
            Recipient(
                full_name(part.place.person),
                part.place.person["kind"] == "main",
                str(part.form.typed.get("email") or "").strip(),
                part.form["email"].auto_id,
            )
            for part in self.parts["people"]
            if part.place.person
            and "email" in part.form.fields
            and (part.place.person["kind"] == "main" or full_name(part.place.person))
        ]

    @property
    def without_address(self) -> list[Unreached]:
        """The co-applicants to whom no invitation can be sent, once they have a name."""
        return [
            Unreached(full_name(part.place.person), only_at_counter=not part.form.typed.get("hetu"))
            for part in self.parts["people"]
            if part.place.person
            and part.place.person["kind"] == "co"
            and "kept" not in part.place.person
            and not part.form.typed.get("email")
            and full_name(part.place.person)
        ]


def unasked_people(data: FormData) -> list[Unasked]:
    return [
        Unasked(
            person["id"],
            full_name(person) or str(people.NAMELESS[person["kind"]]),
            people.TITLES[person["kind"]],
            is_removable(person),
        )
        for person in data["people"]
        if form_of_person(person) is None
    ]
