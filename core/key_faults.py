"""What may be wrong with a list of keys in the environment, for the system checks of the rooms that use one."""

from collections.abc import Iterator

from django.conf import settings
from django.core.checks import CheckMessage, Error

SECRET_LENGTH = 32  # characters; docs/configuration.md makes keys of 64 hexadecimal ones


def faults_of_list(name: str, *, malformed: str, blank: str) -> Iterator[CheckMessage]:
    """Yield what is wrong with each key of the setting: under the id `malformed`, and `blank` for blanks beside it.

    A key is named by its place, never by what it says.
    """
    values = getattr(settings, name)
    short = [str(place) for place, value in enumerate(values, 1) if len(value.strip()) < SECRET_LENGTH]
    if short or not values:
        which = f"; that at place {', '.join(short)} is shorter" if short else ""
        yield Error(
            f"{name} needs keys of at least {SECRET_LENGTH} characters{which}.",
            hint="Make one with: python -c 'import secrets; print(secrets.token_hex(32))'. "
            "A comma at the end begins another, empty one.",
            id=malformed,
        )
    if places := [str(place) for place, value in enumerate(values, 1) if value.strip() and value != value.strip()]:
        yield Error(
            f"The key at place {', '.join(places)} of {name} begins or ends with a blank, which belongs to the key.",
            hint="Write the keys with a comma between two, and no blanks. If a key has been in use with its blank, "
            "write the new key without one, and first change to it as docs/keys.md says.",
            id=blank,
        )
