"""The name of the service, in the active language. A tag: emails and pages for errors have no context processors."""

from django import template

from core.service_name import SERVICE_NAME

register = template.Library()


@register.simple_tag
def service_name() -> str:
    return str(SERVICE_NAME)
