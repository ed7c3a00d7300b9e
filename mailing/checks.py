"""System checks of the mail settings."""

from collections.abc import Iterator
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004  # Django's name of it
from django.utils.module_loading import import_string

from core.addresses import is_stored_form
from mailing import webhooks
from mailing.providers import BACKENDS, provider_of
from mailing.worker import STEPS

MOST_A_MINUTE = 60_000  # one a millisecond, the least that SQLite knows
MOST_SECONDS_HELD = 60  # how long a letter waits at most if its worker is killed
SMTP = "django.core.mail.backends.smtp.EmailBackend"
OWN_HOSTS = {"localhost", "127.0.0.1", "::1"}  # a relay on the same machine
NO_DELIVERY = {
    "django.core.mail.backends.console.EmailBackend",
    "django.core.mail.backends.dummy.EmailBackend",
    "django.core.mail.backends.filebased.EmailBackend",
    "django.core.mail.backends.locmem.EmailBackend",
}


@register(Tags.compatibility)
def check_mail(**kwargs: Any) -> list[CheckMessage]:
    """Return the settings that would keep letters from arriving, or let anybody report on them."""
    return [
        *_functions(),
        *_times(),
        *_webhook(),
        *_provider(),
        *([] if settings.DEBUG or settings.DEMO else _sender()),
    ]


def _sender() -> Iterator[CheckMessage]:
    has_no_server = settings.EMAIL_BACKEND == SMTP and not settings.EMAIL_HOST
    if settings.EMAIL_BACKEND in NO_DELIVERY or has_no_server:
        yield Error(
            "No mail server is configured: no letter would leave.",
            hint="Set EMAIL_URL (submission://user:password@host:587), or EMAIL_BACKEND and ANYMAIL.",
            id="mailing.E001",
        )
    is_bare = not (settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL) and settings.EMAIL_HOST not in OWN_HOSTS
    if settings.EMAIL_BACKEND == SMTP and settings.EMAIL_HOST and is_bare:
        yield Warning(
            f"Emails, and the links in them, go to {settings.EMAIL_HOST} unencrypted.",
            hint="Let EMAIL_URL begin with submission:// (STARTTLS) or end with ?ssl=true. A relay on the same "
            "machine is reached as localhost.",
            id="mailing.W003",
        )
    if not is_stored_form(parseaddr(settings.DEFAULT_FROM_EMAIL)[1]):
        yield Error(
            f"DEFAULT_FROM_EMAIL is {settings.DEFAULT_FROM_EMAIL!r}, not an address that letters could come from.",
            hint="Give one that the mail server may send for: no-reply@confirm.example.fi",
            id="mailing.E002",
        )


def _times() -> Iterator[CheckMessage]:
    if not 1 <= settings.EMAIL_TIMEOUT <= MOST_SECONDS_HELD // STEPS:
        yield Error(
            f"EMAIL_TIMEOUT is {settings.EMAIL_TIMEOUT} seconds.",
            hint=f"Give 1 to {MOST_SECONDS_HELD // STEPS}: a letter is held for {MOST_SECONDS_HELD} seconds at most.",
            id="mailing.E003",
        )
    if not 0 <= settings.EMAIL_RATE <= MOST_A_MINUTE:
        yield Error(
            f"EMAIL_RATE is {settings.EMAIL_RATE} emails a minute.",
            hint=f"Give 1 to {MOST_A_MINUTE}, or 0 for no limit.",
            id="mailing.E009",
        )


def _webhook() -> Iterator[CheckMessage]:
    reasons = filter(None, map(webhooks.insecurity, webhooks.of_backend(settings.EMAIL_BACKEND)))
    if reason := next(reasons, None):  # Mandrill has two addresses
        provider = provider_of(settings.EMAIL_BACKEND)
        key = f"; and set {provider.setting_of_reports} in ANYMAIL" if provider and provider.setting_of_reports else ""
        yield Error(
            f"The delivery webhook of {settings.EMAIL_BACKEND} is not served: {reason}",
            hint=f"Set ANYMAIL_WEBHOOK_SECRET to name:password, and give the provider the address with both{key}. "
            "See docs/email.md.",
            id="mailing.E004",
        )


def _provider() -> Iterator[CheckMessage]:
    provider = provider_of(settings.EMAIL_BACKEND)
    if provider is None and settings.EMAIL_BACKEND.startswith(BACKENDS):
        yield Warning(
            f"{settings.EMAIL_BACKEND} is none of the providers that docs/email.md tells of.",
            hint="What it answers and reports is judged by anymail's words alone, which blame addresses too often.",
            id="mailing.W001",
        )
    elif provider and not provider.reports:
        yield Warning(
            f"{provider.name} does not report what becomes of emails: all that it takes count as sent.",
            hint="Nobody hears that an invitation was lost. Choose a provider that reports: docs/email.md.",
            id="mailing.W002",
        )


def _functions() -> Iterator[CheckMessage]:
    for path in {
        *settings.WORKER_EVERY_ROUND,
        *settings.WORKER_EVERY_MINUTE,
        *settings.WORKER_BESIDE,
        settings.MAILING_SHARED_CONTEXT,
        settings.MAILING_KINDS,
        settings.MAILING_RANKS,
        *settings.MAILING_CONTEXT.values(),
    }:
        try:
            import_string(path)
        except ImportError as error:
            yield Error(f"{path} cannot be imported: {error}", id="mailing.E005")
