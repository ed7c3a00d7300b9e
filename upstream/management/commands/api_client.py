from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from upstream import clients
from upstream.models import MOST_REQUESTS_A_MINUTE, REQUESTS_A_MINUTE, ApiClient


class Command(BaseCommand):
    help = "Make a client of the API and print its token, once. The token cannot be read again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--replace", action="store_true", help="give a known client a new token instead")
        what.add_argument("--revoke", action="store_true", help="refuse a known client from now on")
        what.add_argument("--set", action="store_true", help="change the settings below of a known client")
        parser.add_argument(
            "--requests-a-minute",
            type=int,
            metavar="N",
            help=f"how many requests it may make within a minute, 1 to {MOST_REQUESTS_A_MINUTE}",
        )

    def handle(self, *, name: str, replace: bool, revoke: bool, requests_a_minute: int | None, **options: Any) -> None:
        if requests_a_minute is not None and not 1 <= requests_a_minute <= MOST_REQUESTS_A_MINUTE:
            raise CommandError(f"A client may make 1 to {MOST_REQUESTS_A_MINUTE} requests within a minute")
        if requests_a_minute is not None and (replace or revoke):
            raise CommandError("--requests-a-minute goes with a new client, or with --set")
        if options["set"]:
            if requests_a_minute is None:
                raise CommandError("Say what to set")
            clients.allow_requests(_known(name), requests_a_minute)
        elif revoke:
            clients.revoke(_known(name))
        elif replace:
            self.stdout.write(clients.replace_token(_known(name)))
        else:
            try:
                _client, token = clients.issue(name, requests_a_minute=requests_a_minute or REQUESTS_A_MINUTE)
            except clients.NameTaken:
                raise CommandError(f"There is a client named {name} already; see --replace") from None
            self.stdout.write(token)


def _known(name: str) -> ApiClient:
    client = ApiClient.objects.filter(name=name).first()
    if client is None:
        raise CommandError(f"There is no client named {name}")
    return client
