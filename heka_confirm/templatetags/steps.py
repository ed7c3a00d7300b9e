"""The steps of confirming, of which each page tells where its reader is."""

from django import template
from django.utils.translation import gettext_lazy as _

register = template.Library()

STEPS = (
    _("Cookies"),
    _("Identification"),
    _("Terms of use"),
    _("Choose the application"),
    _("Check and confirm"),
    _("Receipt"),
)
register.simple_tag(lambda: STEPS, name="steps")
