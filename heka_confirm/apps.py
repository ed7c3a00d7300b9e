from django.apps import AppConfig


class HekaConfirmConfig(AppConfig):
    name = "heka_confirm"

    def ready(self) -> None:
        from heka_confirm import checks  # noqa: F401  # checks register themselves
