from django.utils.translation import gettext_lazy as _

from core import checked_app


class IdentityConfig(checked_app.CheckedApp):
    name = "identity"
    verbose_name = _("Staff")
    checks = ("checks", "directory_checks", "key_checks", "staff_checks")

    def ready(self) -> None:
        from identity import directory_sessions  # noqa: F401  # the receiver registers itself

        super().ready()
