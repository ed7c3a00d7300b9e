"""Email addresses in pages and emails, as people read them."""

from django import template

from core.addresses import shown_address

register = template.Library()
register.filter(shown_address)
