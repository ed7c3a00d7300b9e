from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RepresentativeKind(models.TextChoices):
    """Who may confirm for somebody else, at the counter only (C6)."""

    GUARDIAN = "guardian", _("guardian")
    PROXY = "proxy", _("proxy with a power of attorney")


class Waits(models.TextChoices):
    """Why a check has no effect yet."""

    DOUBT = "doubt", _("doubtful")
    TYPE = "type", _("needs a supervisor's note")


class Status(models.TextChoices):
    """What a check is worth."""

    SOUND = "sound", _("in force")
    WAITING = "waiting", _("waits for a second look")
    REJECTED = "rejected", pgettext_lazy("check", "rejected")
    TOO_LATE = "too_late", _("was not decided in 30 days")
    UNDONE = "undone", pgettext_lazy("check", "undone")
