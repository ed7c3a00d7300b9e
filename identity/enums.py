from django.db import models
from django.utils.translation import gettext_lazy as _


class Language(models.TextChoices):
    FINNISH = "fi", _("Finnish")
    SWEDISH = "sv", _("Swedish")
    ENGLISH = "en", _("English")


class Method(models.TextChoices):
    """How somebody proved who they are (docs/rules.md)."""

    BANK = "bank", _("online banking codes")
    MOBILE = "mobile", _("mobile certificate")
    ID_CARD = "id_card", _("certificate card")
    WALLET = "wallet", _("identity wallet")
    STRONG = "strong", _("strong electronic identification")  # the broker does not tell more
    COUNTER = "counter", _("at customer service")
    ACCOUNT = "account", _("email address and password")


class StaffChangeKind(models.TextChoices):
    """What a second member of staff confirms (C1)."""

    ROLE = "role", _("new role")
    PASSWORD = "password", _("link for a new password")
    FACTORS = "factors", _("second factors removed")
