from django.conf import settings
from django.contrib.admin import apps as admin  # the module: Django looks for a default app among the names here

from core import checked_app


class HekaConfirmConfig(checked_app.CheckedApp):
    name = "heka_confirm"
    checks = ("checks", "database_checks", "environment_checks")

    def ready(self) -> None:
        super().ready()
        if settings.SENTRY_DSN:
            from heka_confirm import error_reports

            error_reports.start()


class HekaAdminConfig(checked_app.CheckedApp, admin.SimpleAdminConfig):
    """The admin, behind a second factor. Its lists and forms are imported for its checks and its addresses."""

    default = False
    default_site = "counter.site.DeskSite"

    def ready(self) -> None:
        admin.SimpleAdminConfig.ready(self)
        super().ready()

    def import_checks(self) -> None:
        """Import the lists and forms, which the checks of Django look at."""
        self.module.autodiscover()  # type: ignore[union-attr]  # it is imported by now
