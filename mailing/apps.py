from django.utils.translation import gettext_lazy as _

from core import checked_app


class MailingConfig(checked_app.CheckedApp):
    name = "mailing"
    verbose_name = _("Emails")

    def ready(self) -> None:
        from mailing import tracking  # noqa: F401  # the receiver registers itself

        super().ready()
