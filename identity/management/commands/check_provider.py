"""manage.py check_provider ID"""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.checks import ERROR
from django.core.management.base import BaseCommand, CommandError

from identity import checks, provider_check, providers
from identity.provider_check import Finding
from identity.providers import Provider


class Command(BaseCommand):
    help = (
        "Find out, without a person, whether a broker of IDENTITY_PROVIDERS and we would understand each other: "
        "addresses, keys, clocks, and our published keys. Ends with 1 if something is wrong."
    )
    requires_system_checks = []  # what they would say of this broker stands beside the rest

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("provider", help="the id of the broker")

    def handle(self, *args: Any, provider: str, **options: Any) -> None:
        wrong = 0
        for finding in _all_findings(_find(provider)):
            wrong += finding.outcome == "wrong"
            self.stdout.write(f"{finding.outcome:5}  {finding.what}")
            if finding.hint:
                self.stdout.write(f"       {finding.hint}")
        if wrong:
            raise CommandError(f"{provider}: {wrong} wrong")


def _find(provider_id: str) -> Provider:
    try:
        known = providers.all_providers()
    except providers.InvalidProvider as error:
        raise CommandError(f"IDENTITY_PROVIDERS: {error}. See manage.py check.") from error
    found = next((provider for provider in known if provider.id == provider_id), None)
    if found is None:
        raise CommandError(f"IDENTITY_PROVIDERS has {', '.join(one.id for one in known) or 'no broker'}")
    return found


def _all_findings(provider: Provider) -> Iterator[Finding]:
    for message in checks.messages_about(provider):
        outcome: provider_check.Outcome = "wrong" if message.level >= ERROR else "look"
        yield Finding(outcome, f"{message.msg} ({message.id})", str(message.hint))
    yield from provider_check.findings(provider)
