"""Apps whose system checks are in modules of their own."""

from importlib import import_module

from django.apps import AppConfig
from django.conf import settings


class CheckedApp(AppConfig):
    """Imports its checks when it is ready. A web worker does so in the process that runs them (wsgi.py)."""

    checks: tuple[str, ...] = ("checks",)  # modules

    def ready(self) -> None:
        if not settings.SERVES_REQUESTS:
            self.import_checks()

    def import_checks(self) -> None:
        """Import what registers the checks."""
        for module in self.checks:
            import_module(f"{self.name}.{module}")
