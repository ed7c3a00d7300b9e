from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IdentityConfig(AppConfig):
    name = "identity"
    verbose_name = _("Staff")

    def ready(self) -> None:
        from identity import (  # noqa: F401  # they register themselves
            checks,
            directory_checks,
            directory_sessions,
            key_checks,
            staff_checks,
        )
