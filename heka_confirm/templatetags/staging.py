"""Whether pages say that they are for trying things out. A tag, as pages for errors have no context processors."""

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def is_staging() -> bool:
    return bool(settings.STAGING)
