from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from upstream import clients
from upstream.models import ApiClient


class Command(BaseCommand):
    help = "Make a client of the API and print its token, once. The token cannot be read again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--replace", action="store_true", help="give a known client a new token instead")
        what.add_argument("--revoke", action="store_true", help="refuse a known client from now on")

    def handle(self, *, name: str, replace: bool, revoke: bool, **options: Any) -> None:
        if revoke:
            clients.revoke(_known(name))
        elif replace:
            self.stdout.write(clients.replace_token(_known(name)))
        else:
            try:
                _client, token = clients.issue(name)
            except clients.NameTaken:
                raise CommandError(f"There is a client named {name} already; see --replace") from None
            self.stdout.write(token)


def _known(name: str) -> ApiClient:
    client = ApiClient.objects.filter(name=name).first()
    if client is None:
        raise CommandError(f"There is no client named {name}")
    return client
