"""`manage.py link_staff`: let somebody of the City's directory in as a member of staff who is here already."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from identity import directory_links


class Command(BaseCommand):
    help = (
        "Link a member of staff who had a password to the City's directory. From then on the directory alone decides "
        "on their log-in and roles. If the id has come in before, the user that it got is switched off."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="of the member of staff, as the list of staff shows it")
        parser.add_argument("subject", help="the directory's lasting id of the person: sub in its ID token")

    def handle(self, *args: Any, username: str, subject: str, **options: Any) -> None:
        try:
            former = directory_links.link_to_directory(username, subject)
        except directory_links.CannotLink as refusal:
            raise CommandError(f"Nothing was changed: {refusal}") from None
        self.stdout.write(f"{username} now comes in through the City's directory, without a password here")
        if former:
            self.stdout.write(f"{former.username}, the user that this id had, is switched off")
