"""A form that asks some questions only after certain answers.

Such a question is on the page from the start, hidden and disabled, so that a script can show it at once. Without a
script it appears when the step is saved. Its answer goes when it is not asked any more: nobody confirms what holds no
longer. Answers that an application has although they were never asked for are shown, and stay until they are cleared:
nobody sends what they do not see.
"""

import copy
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.forms.boundfield import BoundField
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications.form import fields
from applications.form.data import Answers
from applications.form.fields import HetuField, HetuInput
from core.addresses import ASKED, AddressInput, EmailField, shown_address

Title = str | Promise
Conditions = tuple[tuple[str, str], ...]  # question and answer; one of the pairs is enough


@dataclass(frozen=True)
class Question:
    """A question on the page."""

    field: BoundField
    is_asked: bool
    conditions: str  # for the script: `name=answer`, separated by spaces; one of them is enough


class SharedFields(dict[str, forms.Field]):
    """Fields that all forms of a class have in common, and none changes: copying them took longer than checking."""

    def __deepcopy__(self, memo: Any) -> dict[str, forms.Field]:
        return dict(self)


class Questions(forms.Form):
    asked_after: ClassVar[dict[str, Conditions]] = {}
    purposes: ClassVar[dict[str, str]] = {}  # for what a browser may fill in an answer, by question (WCAG 1.3.5)

    def __init__(
        self, *, prefix: str, typed: Answers | None, known: Answers | None = None, is_checked: bool = True
    ) -> None:
        """Show what was typed. If it is checked, show what is wrong or missing too.

        Questions that nobody has answered yet show what is `known` (WCAG 3.3.7); it is no answer until it is sent.
        """
        self.base_fields = _shared_fields(type(self))  # type: ignore[misc]  # of which Django makes its own
        bound = {f"{prefix}-{name}": value for name, value in (typed or {}).items()}
        if is_checked:
            super().__init__(bound, prefix=prefix)
        else:
            super().__init__(prefix=prefix, initial={**(known or {}), **(typed or {})})
        self.typed: Answers = typed or {}

    @property
    def questions(self) -> Iterator[Question]:
        for name in self.fields:
            yield Question(self[name], self.is_asked(name), self._conditions(name))

    def is_asked(self, name: str) -> bool:
        return bool(self.typed.get(name)) or self.is_due(name, self.typed)

    @classmethod
    def is_due(cls, name: str, typed: Answers) -> bool:
        """Tell whether these answers lead to a question."""
        if name not in cls.asked_after:
            return True
        return any(answer in _as_list(typed.get(other)) for other, answer in cls.asked_after[name])

    def _conditions(self, name: str) -> str:
        return " ".join(f"{self.add_prefix(other)}={answer}" for other, answer in self.asked_after.get(name, ()))

    def newly_asked(self, submitted: MultiValueDict[str, str]) -> list[str]:
        """Return the questions that are asked now and were not on the page that was sent."""
        return [
            name
            for name in self.asked_after
            if self.is_asked(name)
            and self.fields[name].widget.value_omitted_from_data(submitted, {}, self.add_prefix(name))
        ]

    def facts(self) -> dict[str, Any]:
        """Return the answers as a document has them, without what is missing."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}

    def answers(self) -> Iterator[tuple[str, str]]:
        """Return each question that is asked, with the answer in words."""
        for name in self.fields:
            if self.is_asked(name):
                yield str(self.fields[name].label), self.in_words(name)

    def in_words(self, name: str) -> str:
        field, typed = self.fields[name], self.typed.get(name)
        if isinstance(field, forms.BooleanField):
            return str(_("Yes") if typed else _("No"))
        if isinstance(field, forms.ChoiceField):
            labels = {str(value): str(label) for value, label in field.choices}  # type: ignore[union-attr,misc]  # no groups
            return "\n".join(labels.get(one, one) for one in _as_list(typed))
        if isinstance(field, fields.AnswerField):
            return field.in_words(str(typed or ""))
        return shown_address(str(typed or "")) if isinstance(field, EmailField) else str(typed or "")

    def unmask(self) -> None:
        """Show codes as they were typed: what is typed has not been saved."""
        for name, shared in self.fields.items():
            if isinstance(shared.widget, HetuInput):
                field = self.fields[name] = self[name].field = copy.deepcopy(shared)
                field.widget.is_masked = False


@functools.cache
def _shared_fields(form: type[Questions]) -> SharedFields:
    fields = SharedFields(copy.deepcopy(form.base_fields))  # a form that another one inherits from is asked otherwise
    for name in form.purposes.keys() & fields.keys():
        fields[name].widget.attrs["autocomplete"] = form.purposes[name]
    return fields


def submitted_answers(
    form: type[Questions], prefix: str, submitted: MultiValueDict[str, str], before: Answers | None
) -> Answers:
    """Return what was typed into a form that was sent.

    Questions that were not on the page keep what was typed before, unless they are not asked any more. So do codes
    that the page showed masked.
    """
    before = before or {}
    typed = dict(before)
    for name, field in form.base_fields.items():
        widget, key = field.widget, f"{prefix}-{name}"
        if not widget.value_omitted_from_data(submitted, {}, key):
            value = widget.value_from_datadict(submitted, {}, key)
            is_mask = isinstance(field, HetuField) and value and value == fields.masked(str(before.get(name) or ""))
            typed[name] = before[name] if is_mask else value
        if isinstance(widget, AddressInput):
            typed |= {f"{name}{ASKED}": asked for asked in submitted.getlist(f"{key}{ASKED}")}
    return without_unasked(form, typed, before=before)


def without_unasked(form: type[Questions], typed: Answers, *, before: Answers) -> Answers:
    """Return the answers without those to questions that are not asked any more.

    An answer stays that `before` holds, although the others there did not lead to its question either.
    """
    return {
        name: answer
        for name, answer in typed.items()
        if form.is_due(name, typed) or (before.get(name) and not form.is_due(name, before))
    }


def _as_list(typed: Any) -> list[str]:
    if isinstance(typed, list):
        return [str(one) for one in typed]
    return [str(typed)] if typed else []
