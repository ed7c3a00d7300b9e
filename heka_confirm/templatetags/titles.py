"""What the titles of all pages begin with."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.forms import BaseForm
from django.utils.translation import gettext as _

register = template.Library()


@register.simple_tag(takes_context=True)
def error_first(context: template.Context) -> str:
    """Return "Error: " where a form of the page has errors, and else nothing.

    The title is the first that is read aloud, and the only sign of another tab. So it is decided here, and by the
    forms that the page was given, not in each template.
    """
    given: Any = context.flatten()
    parts = given.get("parts") or []  # of the steps of the form; what other pages call so has no form
    forms: Iterable[Any] = [*given.values(), *(getattr(part, "form", None) for part in parts)]
    # By type(): isinstance() would ask a lazy object, such as the user, for its class, and so the database.
    is_faulty = any(issubclass(type(each), BaseForm) and each.errors for each in forms)
    return _("Error:") + " " if is_faulty else ""
