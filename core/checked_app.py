"""Apps whose system checks are in modules of their own."""

from importlib import import_module

from django.apps import AppConfig


class CheckedApp(AppConfig):
    """Imports its checks when it is ready. A web worker does so in the process that runs them (wsgi.py)."""

    checks: tuple[str, ...] = ("checks",)  # modules
    are_checked_beside = False

    def ready(self) -> None:
        if not CheckedApp.are_checked_beside:
            self.import_checks()

    def import_checks(self) -> None:
        """Import what registers the checks."""
        for module in self.checks:
            import_module(f"{self.name}.{module}")
