"""The base of every exception that refuses what a person asked for."""

from django.utils.functional import Promise


class Refused(Exception):
    """Nothing was done. `message` is the translated sentence that the person sees, and `str()` returns it."""

    message: Promise | str = ""

    def __str__(self) -> str:
        return str(self.message)
