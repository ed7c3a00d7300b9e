"""What had been typed on a page of the desk when the session ended: shown again in its form (ADR 42)."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from identity import unsent_forms
from identity.unsent_forms import UnsentForm

OWN = _(
    "You were logged out before this was saved. Below is what you had typed, without any personal identity code. "
    "Check it and save it."
)
OF_SOMEBODY = _(
    "This was not saved, because the session had ended. Below is what was typed, without any personal identity code "
    "and without the ticks. Check everything before you save it."
)
UNDONE = _("You were logged out. The last thing you chose was not done.")
CONTACT = {"email", "phone"}
TICKS = (forms.CheckboxInput, forms.RadioSelect)  # and all boxes of one question, which are like the latter


def take_unsent(request: HttpRequest) -> None:
    """Remember what is kept for the page that is read now, in `request.unsent`."""
    request.unsent = unsent_forms.take(request) if request.method == "GET" else None  # type: ignore[attr-defined]  # ours


def show_unsent(request: HttpRequest, context: Mapping[str, Any]) -> None:
    """Fill what is kept into the form of a page, its context's `form`, and say so.

    What is known to be a colleague's is not shown. Where nobody knows whose it is, ticks are left out, which are the
    word of whoever made them, and so is how to reach somebody (R16).
    """
    unsent: UnsentForm | None = getattr(request, "unsent", None)
    form = context.get("form")
    if unsent is None or not isinstance(form, forms.BaseForm) or form.is_bound:
        return
    is_own = unsent.typed_by == str(request.user.pk)
    if unsent.typed_by and not is_own:
        request.unsent = None  # type: ignore[attr-defined]
        return
    typed = {
        name: values if len(values) > 1 else values[0]
        for name, values in unsent.fields.items()
        if name in form.fields
        and values
        and (is_own or not (name in CONTACT or isinstance(form.fields[name].widget, TICKS)))
    }
    if not typed:
        return
    form.initial = {**form.initial, **typed}
    request.unsent = None  # type: ignore[attr-defined]
    messages.warning(request, OWN if is_own else OF_SOMEBODY)


def tell_undone(request: HttpRequest) -> None:
    """Say that what was pressed was not done, where no form shows it."""
    if getattr(request, "unsent", None):
        request.unsent = None  # type: ignore[attr-defined]
        messages.warning(request, UNDONE)
