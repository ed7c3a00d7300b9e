from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin import apps as admin  # the module: Django looks for a default app among the names here


class HekaConfirmConfig(AppConfig):
    name = "heka_confirm"

    def ready(self) -> None:
        from heka_confirm import checks, database_checks, environment_checks  # noqa: F401  # they register themselves

        if settings.SENTRY_DSN:
            from heka_confirm import error_reports

            error_reports.start()


class HekaAdminConfig(admin.AdminConfig):
    """The admin, behind a second factor."""

    default = False
    default_site = "counter.site.DeskSite"
