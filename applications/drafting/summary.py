"""Step 5: everything that was typed, in words, and what is still missing."""

from dataclasses import dataclass

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications.drafting import steps
from applications.drafting.contents import Data
from applications.drafting.steps import STEPS, TITLES, Part


@dataclass(frozen=True)
class Missing:
    """What is wrong at which question."""

    step: str
    whose: str | Promise
    anchor: str
    label: str
    error: str


class AssuranceForm(forms.Form):
    assurance = forms.BooleanField(
        label=_("I assure that the details are right, and I tell you if they change."),
        error_messages={
            "required": _("Mark this if the details are right. Without it we cannot take the application.")
        },
    )


@dataclass(frozen=True)
class Summary:
    """The steps with their forms, in the order in which they are filled in."""

    parts: dict[str, list[Part]]

    @property
    def sections(self) -> list[tuple[str, str | Promise, list[Part]]]:
        return [(step, TITLES[step], self.parts[step]) for step in STEPS]

    @property
    def missing(self) -> list[Missing]:
        return [one for step in STEPS for part in self.parts[step] for one in _missing(step, part)]

    @property
    def without_address(self) -> list[str]:
        """The names of co-applicants to whom no invitation can be sent."""
        return [
            f"{part.form.typed.get('first_names', '')} {part.form.typed.get('last_name', '')}".strip()
            for part in self.parts["people"]
            if part.place.holder["kind"] == "co"
            and "kept" not in part.place.holder
            and not part.form.typed.get("email")
        ]


def of(data: Data) -> Summary:
    return Summary({step: steps.parts(data, step) for step in STEPS})


def progress(data: Data) -> list[tuple[str, str | Promise, bool]]:
    """Return each step with its title and whether it is complete; the last one is when all are."""
    complete = {step: steps.is_complete(data, step) for step in STEPS}
    return [*((step, TITLES[step], complete[step]) for step in STEPS), ("summary", TITLES["summary"], False)]


def _missing(step: str, part: Part) -> list[Missing]:
    whose = part.place.title if part.place.key in {"details", "income"} else ""
    return [
        Missing(step, whose, _anchor(part, name), str(part.form.fields[name].label), str(error))
        for name, errors in part.form.errors.items()
        for error in errors
    ]


def _anchor(part: Part, name: str) -> str:
    return part.form[name].id_for_label or part.form[name].auto_id
