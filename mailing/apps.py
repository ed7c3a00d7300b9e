from django.apps import AppConfig


class MailingConfig(AppConfig):
    name = "mailing"

    def ready(self) -> None:
        from mailing import checks, tracking  # noqa: F401  # checks and the receiver register themselves
