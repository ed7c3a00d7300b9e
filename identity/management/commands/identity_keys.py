"""manage.py identity_keys make|rotate|finish|public"""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from identity import keys


class Command(BaseCommand):
    help = (
        "Our keys towards the brokers. make: the first pair, unless there is one. rotate: add successors. "
        "finish: drop the old ones, once every broker has the new. public: print the public JWKS."
    )
    requires_system_checks = []  # these may fail for want of the very keys

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["make", "rotate", "finish", "public"])

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        path = Path(settings.IDENTITY_KEYS_FILE)
        try:
            if action == "make" and path.exists():
                keys.load()
                self.stdout.write(f"There are keys in {path} already")
            elif action == "public":
                self.stdout.write(json.dumps(keys.load().public(), indent=1))
            else:
                changed = {"make": keys.make, "rotate": keys.rotate, "finish": keys.finish}[action]()
                self.stdout.write(f"{path}: {len(changed.sig)} to sign, {len(changed.enc)} to decrypt")
        except keys.NoKeys as error:
            raise CommandError(str(error)) from error
