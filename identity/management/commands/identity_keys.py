"""manage.py identity_keys make|rotate|finish|status|public|entity-statement"""

import functools
import json
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from identity import entity, key_file, keys, providers
from identity.key_file import USES, Held, HeldKey, Use, lasting
from identity.keys import PAIR

# What a key does before its time, in it, and after it.
STATES: dict[Use, tuple[str, str, str]] = {
    "sig": ("is published, and does not sign yet", "signs", "is published, and signs no more"),
    "enc": ("opens, and is not published yet", "opens, and is published", "opens, and is published no more"),
    "entity": ("is in the entity statement", "signs our set of keys", "signs no more"),
}


class Command(BaseCommand):
    help = (
        "Our keys towards the brokers. make: those that are missing. rotate: add successors. finish: the next step of "
        "a rotation, and a day later the last one. status: where a rotation stands. public: print the public JWKS "
        "for brokers that are told by hand. "
        "entity-statement PROVIDER: print what says who we are, for a broker that reads our keys by address."
    )
    requires_system_checks = []  # these may fail for want of the very keys

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = ["make", "rotate", "finish", "status", "public", "entity-statement"]
        parser.add_argument("action", choices=actions)
        parser.add_argument("provider", nargs="?", help="entity-statement: the id of the broker that gets it")
        parser.add_argument("--organisation", default="Helsingin kaupunki", help="entity-statement: who runs this")
        parser.add_argument("--entity", action="store_true", help="rotate, finish: the entity key instead of the pair")
        parser.add_argument("--at-once", action="store_true", help="finish: drop the old keys now, which have leaked")
        parser.add_argument(
            "--stdout",
            "--print",  # so that call_command does not take its own argument stdout for this one
            action="store_true",
            dest="only_print",
            help="print the new file, and leave the present one alone",
        )

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        self.path = Path(settings.IDENTITY_KEYS_FILE)
        try:
            if action == "public":
                self.stdout.write(json.dumps(keys.for_handing_over(keys.load_held()), indent=1))
            elif action == "status":
                self.stdout.write("\n".join(_status(keys.load_held())))
            elif action == "entity-statement":
                self.stdout.write(_entity_statement(options["provider"], options["organisation"]))
            else:
                self._change(_step(action, **options), only_print=options["only_print"])
        except keys.NoKeys as error:
            raise CommandError(str(error)) from error

    def _change(self, step: Callable[[Held], Held], *, only_print: bool) -> None:
        """Take a step, and say where things stand: beside the new file if that is printed."""
        try:
            before = keys.load_held() if self.path.exists() else None
        except OSError as error:
            raise keys.NoKeys(f"{self.path}: {error.strerror}") from error
        after = step(before or keys.NONE) if only_print else self._write(step)
        say = self.stderr.write if only_print else self.stdout.write
        if only_print:
            self.stdout.write(key_file.as_text(after), ending="")
        say(f"{self.path}: {'this step was taken already' if after == before else 'one step further'}")
        say("\n".join(_status(after)))

    def _write(self, step: Callable[[Held], Held]) -> Held:
        try:
            return keys.change(step)
        except OSError as error:
            raise CommandError(
                f"{self.path} cannot be written: {error.strerror}. Where it is a read-only secret, use --stdout, and "
                "put what that prints into the secret."
            ) from error


def _step(action: str, *, entity: bool, at_once: bool, **options: Any) -> Callable[[Held], Held]:
    uses: tuple[Use, ...] = ("entity",) if entity else PAIR
    if action == "make":
        return keys.with_missing
    if not all(keys.load_held()[use] for use in uses):
        raise keys.NoKeys("There is no entity key to rotate. Make it with: manage.py identity_keys make")
    if action == "rotate":
        return functools.partial(keys.with_successors, uses=uses)
    return functools.partial(keys.with_successors_in_force, uses=uses, at_once=at_once)


def _entity_statement(provider_id: str | None, organisation: str) -> str:
    provider = providers.find(provider_id or "")
    if provider is None:
        known = ", ".join(one.id for one in providers.all_providers()) or "none"
        raise CommandError(f"Name a provider of IDENTITY_PROVIDERS, which are: {known}")
    return entity.entity_statement(provider, organisation=organisation)


def _status(held: Held) -> Iterator[str]:
    """Yield a line for each key, and for each rotation what to do next."""
    now = time.time()
    for use in USES:
        current = keys.in_force(held[use], now) if held[use] else None
        for key in held[use]:
            state = STATES[use][1 if key is current else 0 if key.withdrawn_at is None else 2]
            yield f"{use:6} {key.key.kid} of {_time(key.made_at)}: {state}"
    yield from filter(None, (_next_step(held["sig"], ""), _next_step(held["entity"], " --entity")))


def _next_step(of_use: tuple[HeldKey, ...], option: str) -> str | None:
    """Say what comes next for keys that are rotated together."""
    command = f"manage.py identity_keys finish{option}"
    if len(lasting(of_use)) > 1:
        due = lasting(of_use)[-1].made_at + keys.DAY_SECONDS
        return f"Next: {command}, once brokers that are told by hand know the new keys, and not before {_time(due)}"
    if withdrawn := [key.withdrawn_at for key in of_use if key.withdrawn_at is not None]:
        return f"Next: {command}, not before {_time(max(withdrawn) + keys.DAY_SECONDS)}"
    return None


def _time(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M UTC}" if seconds else "long ago"
