"""The address of the counter, for pages that must not ask the database."""

from django import template
from django.utils import translation

from counter.context import known_counter

register = template.Library()


@register.simple_tag
def counter_address(language: str) -> str:
    """Return street, postal code and city in a language, as this process knows them."""
    with translation.override(language):
        counter = known_counter()
        return f"{counter.street}, {counter.postal_code} {counter.city}"
