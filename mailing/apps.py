from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MailingConfig(AppConfig):
    name = "mailing"
    verbose_name = _("Emails")

    def ready(self) -> None:
        from mailing import checks, tracking  # noqa: F401  # checks and the receiver register themselves
