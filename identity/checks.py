"""System checks of what identification needs, each with an id and a hint."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.checks import ERROR, CheckMessage, Error, Tags, Warning, register  # noqa: A004  # Django's name

from identity import keys, provider_faults, providers, staging
from identity.providers import PRIVATE_KEY_JWT, InvalidProvider, Provider

TEST_LEVEL = "loatest"  # part of every acr in the test environments of the trust network
FOR_STAGING = "For trying things out there is STAGING=true."
UNPUBLISHED = "suomi.fi"  # a dialect until it was seen that nobody can know it


@register(Tags.security)
def check_providers(**kwargs: Any) -> list[CheckMessage]:
    """Return what is wrong with IDENTITY_PROVIDERS."""
    found: list[CheckMessage] = []
    good: list[Provider] = []
    for number, entry in enumerate(settings.IDENTITY_PROVIDERS, 1):
        try:
            good.append(providers.parse(entry))
        except InvalidProvider as error:
            found.append(_unusable(number, entry, error))
    found += (
        Error(
            f"{times} providers of IDENTITY_PROVIDERS have the id {name!r}.",
            hint="Give each an id of its own: sign-ins under way and confirmations name it.",
            id="identity.E002",
        )
        for name, times in Counter(provider.id for provider in good).items()
        if times > 1
    )
    if not (settings.IDENTITY_PROVIDERS or settings.DEBUG):
        found.append(
            Error(
                "IDENTITY_PROVIDERS is empty: nobody could identify themselves online.",
                hint="Name a broker: docs/providers.md. For trying the service out there is `make demo`.",
                id="identity.E033",
            )
        )
    told = (message for provider in good for message in messages_about(provider))
    return found + [message for message in told if message.level >= ERROR]


@register(Tags.security, deploy=True)
def check_what_may_be_odd(**kwargs: Any) -> list[CheckMessage]:
    """Return what is worth a second look in IDENTITY_PROVIDERS.

    The web server's log has it at each start, and `check --deploy` says it; the commands of each night do not.
    """
    good: list[Provider] = []
    for entry in settings.IDENTITY_PROVIDERS:
        with suppress(InvalidProvider):
            good.append(providers.parse(entry))
    told = (message for provider in good for message in messages_about(provider))
    return [message for message in told if message.level < ERROR]


def _unusable(number: int, entry: Any, error: InvalidProvider) -> CheckMessage:
    if isinstance(entry, dict) and entry.get("dialect") == UNPUBLISHED:
        return Error(
            f"Provider {number} of IDENTITY_PROVIDERS has the dialect {UNPUBLISHED}.",
            hint="Suomi.fi has not published its OpenID interface; what it has is SAML. Until then use a broker, or "
            "Helsinki's own service (helsinki), which hands people on to Suomi.fi.",
            id="identity.E027",
        )
    return Error(
        f"Provider {number} of IDENTITY_PROVIDERS cannot be used: {error}.",
        hint="docs/providers.md lists what a provider needs.",
        id="identity.E001",
    )


def messages_about(provider: Provider) -> Iterator[CheckMessage]:
    """Yield what is wrong with the settings of one provider."""
    yield from provider_faults.faults_of(provider)
    accepts_tests = any(TEST_LEVEL in level for level in provider.acr_accepted)
    if accepts_tests and not _may_have_test_people():
        yield Error(
            f"Provider {provider.id} accepts a level of a test environment.",
            hint=f"Take it out of acr_accepted: in test environments anybody can be anybody. {FOR_STAGING}",
            id="identity.E004",
        )
    tests = [name for name in provider_faults.ENDPOINTS if staging.is_test_host(getattr(provider, name))]
    if tests and not staging.allows_tests():
        yield Error(
            f"Provider {provider.id} is a test environment: {', '.join(tests)}.",
            hint=f"Give the broker's production addresses: in test environments anybody can be anybody. {FOR_STAGING}",
            id="identity.E030",
        )
    if provider.id == "demo" and not _may_be_demo():
        yield Error(
            "The demo broker stands in IDENTITY_PROVIDERS of a production installation.",
            hint="Anybody can be anybody there. For a public demo set DEMO_WITHOUT_DEBUG.",
            id="identity.E005",
        )


def _may_be_demo() -> bool:
    return bool(settings.DEBUG or settings.DEMO_WITHOUT_DEBUG)


def _may_have_test_people() -> bool:
    return staging.allows_tests() or _may_be_demo()


@register(Tags.security)
def check_codes(**kwargs: Any) -> list[CheckMessage]:
    """Return what is wrong with the settings that guard personal identity codes."""
    found: list[CheckMessage] = []
    if settings.ALLOW_TEST_CODES and not _may_have_test_people():
        found.append(
            Error(
                "ALLOW_TEST_CODES is on in a production installation.",
                hint=f"Personal identity codes with 900–999 belong to nobody. Leave it out. {FOR_STAGING}",
                id="identity.E006",
            )
        )
    return found


@register(Tags.security)
def check_keys(**kwargs: Any) -> list[CheckMessage]:
    """Return what is wrong with the keys by which brokers know us."""
    if not (settings.IDENTITY_PROVIDERS or settings.STAFF_DIRECTORY.get("token_auth") == PRIVATE_KEY_JWT):
        return []
    try:
        own = keys.load()
    except keys.NoKeys as error:
        kind, number = (Warning, "W001") if settings.DEBUG else (Error, "E009")
        hint = "Make them with: manage.py identity_keys make"
        return [kind(f"Our keys cannot be read: {error}.", hint=hint, id=f"identity.{number}")]
    if any(key.raw_value.key_size < keys.KEY_BITS for key in (*own.sig, *own.enc, *own.entity)):
        return [
            Error(
                f"One of our keys has fewer than {keys.KEY_BITS} bits.",
                hint="Replace them with: manage.py identity_keys rotate, and later finish",
                id="identity.E010",
            )
        ]
    return []
