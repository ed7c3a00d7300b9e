"""The variables of the environment, read so that everything wrong with them is told at once, each by its name.

No value stands in what is told: many are secrets, and addresses hold passwords.
"""

import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_email_url  # type: ignore[import-untyped]  # it has no types
from django.core.exceptions import ImproperlyConfigured
from environs import EnvValidationError, FileAwareEnv, ValidationError

from heka_confirm import databases

# Commands that run beside the web server, without anybody who reads what they print.
SERVICES = {"deliver", "purge", "tick"}


class WrongEnvironment(ImproperlyConfigured):
    """Variables are missing or malformed. The message has a line for each."""


class Environment(FileAwareEnv):
    """Reads variables, each also as NAME_FILE. What is wrong is kept until seal()."""

    def __init__(self) -> None:
        super().__init__(eager=False, strip_whitespace=True)
        for name, parser in {"site_url": site_url, "database_url": databases.read, "mail_url": mail_url}.items():
            self.add_parser(name, parser)

    @property
    def names(self) -> list[str]:
        """The names that were asked for."""
        return sorted(self._fields)

    def seal(self) -> None:
        """End the reading. Raises WrongEnvironment."""
        try:
            super().seal()
        except EnvValidationError as error:
            found: Any = error.error_messages
            lines = [f"{name}: {' '.join(map(str, messages))}" for name, messages in found.items()]
            raise WrongEnvironment("\n".join(["The environment is wrong:", *lines])) from None


def site_url(value: str) -> str:
    """Return the address of a site as browsers write it, without a slash at its end.

    Raises ValidationError if it cannot be taken apart.
    """
    try:
        address = urlsplit(value)
        address.port  # noqa: B018  # it is read when it is asked for
    except ValueError:
        raise ValidationError("Not an address. It is scheme and host: https://confirm.example.fi") from None
    return address._replace(netloc=address.netloc.lower()).geturl().rstrip("/")


def host_of(site: str) -> str:
    """Return the host of a site as it stands in the header Host, without a port; empty if there is none."""
    host = urlsplit(site).hostname or ""
    return f"[{host}]" if ":" in host else host


def mail_url(value: str) -> dict[str, Any]:
    """Return what Django needs to know of a mail server, of none for an empty address. Raises ValidationError."""
    example = "submission://user:password@host:587"
    try:
        given: dict[str, Any] = dj_email_url.parse(value)
    except ValueError:
        hint = "A password with signs such as # / @ in it has them as %23 %2F %40."
        raise ValidationError(f"Not the address of a mail server: {example}. {hint}") from None
    if value and "EMAIL_BACKEND" not in given:
        raise ValidationError(f"This is not the address of a mail server: {example}.")
    if value and "smtp" in given["EMAIL_BACKEND"] and not given["EMAIL_HOST"]:
        raise ValidationError(f"The address names no mail server: {example}.")
    return given


def is_list(value: object) -> None:
    """Raise ValidationError if a value is no JSON list."""
    if not isinstance(value, list):
        raise ValidationError("Not a JSON list.")


def is_object(value: object) -> None:
    """Raise ValidationError if a value is no JSON object."""
    if not isinstance(value, dict):
        raise ValidationError("Not a JSON object.")


def release(env: Environment) -> dict[str, str]:
    """Return what the image says of the code in it, by the names that the City's services tell it under."""
    names = {"packageVersion": "APP_RELEASE", "commitHash": "COMMIT_HASH", "buildTime": "BUILD_TIME"}
    return {told: env.str(name, default="") for told, name in names.items()}


def audit_log(env: Environment) -> dict[str, str]:
    """Return where the event log is sent on to, by the names of django-resilient-logger; empty if it is not."""
    names = ("ENV", "ES_URL", "ES_USERNAME", "ES_PASSWORD", "ES_INDEX")
    given = {name: env.str(f"AUDIT_LOG_{name}", default="") for name in names}
    return given if given["ES_URL"] else {}


def log_stream(*, serves_requests: bool) -> str:
    """Return where the lines of the log go: standard output, but for a command that prints its answer there."""
    is_service = Path(sys.argv[0]).name == "manage.py" and bool(SERVICES & set(sys.argv[1:2]))
    return "ext://sys.stdout" if serves_requests or is_service else "ext://sys.stderr"
