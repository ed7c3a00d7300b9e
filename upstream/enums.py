"""What became of an event on its way to the housing system, in words."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Status(models.TextChoices):
    """What is known of a delivery, in one word."""

    WAITING = "waiting", pgettext_lazy("delivery", "Waiting")
    HELD = "held", _("Held back, will be sent later")
    DELAYED = "delayed", pgettext_lazy("delivery", "Delayed, will be tried again")
    DELIVERED = "delivered", pgettext_lazy("delivery", "Delivered")
    GIVEN_UP = "given_up", pgettext_lazy("delivery", "Given up")


class Failure(models.TextChoices):
    """Why the receiver has not taken an event: at the last try, or for good."""

    TIMEOUT = "timeout", _("The receiver did not answer in time")
    CONNECTION = "connection", _("The receiver could not be reached")
    CERTIFICATE = "certificate", _("The receiver’s certificate cannot be trusted")
    ADDRESS = "address", _("The receiver’s address is not public")
    REDIRECT = "redirect", _("The receiver redirected us to another address, and we do not follow redirects")
    BUSY = "busy", _("The receiver asked us to try again later")
    STATUS = "status", _("The receiver answered that it did not accept the event")
    GONE = "gone", _("The receiver no longer takes events")
    DISABLED = "disabled", _("The receiver was disabled here")
    ERROR = "error", _("A fault of this service")
