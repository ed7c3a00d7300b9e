"""System checks of settings that are well-formed but wrong together; environment_checks.py has those of the rest."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection
from django.http.request import split_domain_port, validate_host

from core.addresses import is_stored_form

SECRET_LENGTH = 50  # characters; as many as Django's startproject makes


@register(Tags.security)
def check_settings(**kwargs: Any) -> list[CheckMessage]:
    """Return what is wrong with the settings of this installation."""
    return [*_always(), *([] if settings.DEBUG else [*_in_production(), *_site()])]


def _always() -> Iterator[CheckMessage]:
    address = urlsplit(settings.PUBLIC_URL)
    host, _port = split_domain_port(address.netloc)  # as of a request: none of its signs is another
    if (
        address.scheme not in {"http", "https"}
        or not host
        or address.geturl() != f"{address.scheme}://{address.netloc}"
    ):
        yield Error(
            f"PUBLIC_URL is {settings.PUBLIC_URL!r}, not the address of a site.",
            hint="Give scheme and host, and nothing after them: https://confirm.example.fi. A host with letters "
            "such as ä is written as browsers send it: https://xn--hyv-sla.example.fi",
            id="heka_confirm.E001",
        )
    elif not validate_host(host, settings.ALLOWED_HOSTS):
        yield Error(
            f"The host of PUBLIC_URL, {host}, is not in ALLOWED_HOSTS.",
            hint="Leave ALLOWED_HOSTS out, or add the host to it.",
            id="heka_confirm.E002",
        )
    if settings.TRUSTED_PROXIES < 0:
        yield Error(
            f"TRUSTED_PROXIES is {settings.TRUSTED_PROXIES}.",
            hint="Give the number of proxies of your own in front of the service, 0 when there is none.",
            id="heka_confirm.E003",
        )
    if settings.HSTS_PRELOAD and not settings.HSTS_INCLUDE_SUBDOMAINS:
        yield Error(
            "HSTS_PRELOAD is on without HSTS_INCLUDE_SUBDOMAINS, so that no browser's list takes the host.",
            hint="Take HSTS_PRELOAD away, unless every host beneath this one serves https for good.",
            id="heka_confirm.E014",
        )
    yield from _security_contact()
    yield from _retention()


def _security_contact() -> Iterator[CheckMessage]:
    if strange := [one for one in settings.SECURITY_CONTACT if not one.startswith(("mailto:", "https://", "tel:"))]:
        yield Error(
            f"SECURITY_CONTACT holds {', '.join(map(repr, strange))}, which is no address as security.txt wants it.",
            hint="Begin each with mailto:, https:// or tel:, for example mailto:security@example.fi",
            id="heka_confirm.E010",
        )
    mailed = [urlsplit(one).path for one in settings.SECURITY_CONTACT if one.startswith("mailto:")]
    if strange := [one for one in [*mailed, settings.API_CONTACT] if one and not is_stored_form(one)]:
        yield Error(
            f"SECURITY_CONTACT or API_CONTACT holds {', '.join(map(repr, strange))}, to which nobody can write.",
            hint="Give a whole email address, with the domain as mail servers know it: name@xn--bo-yia.fi",
            id="heka_confirm.E011",
        )
    if not settings.SECURITY_CONTACT and not settings.DEBUG:
        yield checks.Warning(
            "SECURITY_CONTACT is empty: whoever finds a weakness does not learn whom to tell.",
            hint="Give the address that /.well-known/security.txt names, for example mailto:security@example.fi",
            id="heka_confirm.W003",
        )


def _retention() -> Iterator[CheckMessage]:
    kinds = ("UNCONFIRMED", "ENDED", "TRAIL", "LETTERS", "PEOPLE", "FEEDBACK")
    days = {f"RETENTION_{kind}_DAYS": getattr(settings, f"RETENTION_{kind}_DAYS") for kind in kinds}
    if nothing := [name for name, number in days.items() if number < 1]:
        yield Error(
            f"{', '.join(nothing)}: less than a day, so the purge would remove what has just come.",
            hint="Give a number of days.",
            id="heka_confirm.E008",
        )
    if days["RETENTION_TRAIL_DAYS"] < max(days["RETENTION_ENDED_DAYS"], days["RETENTION_UNCONFIRMED_DAYS"]):
        yield Error(
            "RETENTION_TRAIL_DAYS is shorter than what it is the trail of.",
            hint="Keep the trail at least as long as applications that have ended.",
            id="heka_confirm.E009",
        )


def _in_production() -> Iterator[CheckMessage]:
    if any(
        len(key) < SECRET_LENGTH or len(set(key)) < 5 or key.startswith("django-insecure-")
        for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    ):
        yield Error(
            f"SECRET_KEY or one of SECRET_KEY_FALLBACKS has fewer than {SECRET_LENGTH} characters, or hardly any "
            "different ones, or is one that Django makes for development.",
            hint="Make one: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'",
            id="heka_confirm.E004",
        )
    if settings.DEMO and not settings.DEMO_WITHOUT_DEBUG:
        yield Error(
            "DEMO is on in production: its broker lets anybody be anybody.",
            hint="Take DEMO away. Only for a demonstration on the network, set DEMO_WITHOUT_DEBUG=true too.",
            id="heka_confirm.E007",
        )
    if settings.STAGING:
        yield checks.Warning(
            "STAGING is on: people who do not exist can confirm, and every page says that nothing counts.",
            hint="Take it away where people confirm applications that count.",
            id="heka_confirm.W002",
        )
    if connection.vendor == "sqlite":
        yield checks.Warning(
            "The database is SQLite, which one machine alone can use.",
            hint="Set DATABASE_URL to a PostgreSQL database: postgresql://user:password@host/name",
            id="heka_confirm.W001",
        )


def _site() -> Iterator[CheckMessage]:
    if not settings.HTTPS:
        yield Error(
            f"PUBLIC_URL is {settings.PUBLIC_URL!r}: without https neither cookies nor codes are safe.",
            hint="Give the https address under which people reach the service.",
            id="heka_confirm.E005",
        )
    if settings.HTTPS and settings.TRUSTED_PROXIES == 0:
        yield Error(
            "TRUSTED_PROXIES is 0 where PUBLIC_URL is https: each request seems to come from the proxy by http.",
            hint="Give the number of proxies of your own, most often 1. With 0 every page leads to itself for ever, "
            "and whoever reaches a limit reaches it for everybody.",
            id="heka_confirm.E012",
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield Error(
            "ALLOWED_HOSTS holds '*': anybody could make the service write links to a host of theirs.",
            hint="Leave ALLOWED_HOSTS out; the host of PUBLIC_URL is the default.",
            id="heka_confirm.E006",
        )
