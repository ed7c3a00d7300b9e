from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from applications.enums import ChangedIn
from applications.models import Origin
from upstream import clients
from upstream.models import MOST_REQUESTS_A_MINUTE, ApiClient


class Command(BaseCommand):
    help = "Make a client of the API and print its token, once. The token cannot be read again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--replace", action="store_true", help="give a known client a new token instead")
        what.add_argument("--revoke", action="store_true", help="refuse a known client from now on")
        what.add_argument("--set", action="store_true", help="change the settings below of a known client")
        settings = parser.add_argument_group("where people edit its applications")
        settings.add_argument(
            "--changed-in", choices=ChangedIn.values, help="here, there (in the client's service), both"
        )
        settings.add_argument(
            "--change-link",
            metavar="URL",
            help="the https address there; {reference} becomes our number, {language} fi, sv or en",
        )
        parser.add_argument(
            "--receives-forms", choices=["yes", "no"], help="whether it gets the applications filled in here"
        )
        settings.add_argument("--shown-as", metavar="NAME", help="the name by which people know the client's service")
        parser.add_argument(
            "--requests-a-minute",
            type=int,
            metavar="N",
            help=f"how many requests it may make within a minute, 1 to {MOST_REQUESTS_A_MINUTE}",
        )

    def handle(self, *, name: str, replace: bool, revoke: bool, **options: Any) -> None:
        settings = _settings(options)
        if settings and (replace or revoke):
            raise CommandError("These settings go with a new client, or with --set")
        if options["set"] and not settings:
            raise CommandError("Say what to set")
        try:
            if options["set"]:
                clients.settle(_known(name), **settings)
            elif revoke:
                clients.revoke(_known(name))
            elif replace:
                self.stdout.write(clients.replace_token(_known(name)))
            else:
                self.stdout.write(clients.issue(name, **settings)[1])
        except clients.NameTaken:
            raise CommandError(f"There is a client named {name} already; see --replace") from None
        except clients.AnotherReceives:
            raise CommandError(
                "Another client receives the applications filled in here; set that to no first"
            ) from None


def _settings(options: dict[str, Any]) -> clients.Settings:
    """Return the settings that were given, checked."""
    settings = clients.Settings()
    origin = {name: options[name] for name in ("changed_in", "change_link") if options[name] is not None}
    if options["shown_as"]:  # it replaces the names in all languages
        origin |= {"name_fi": options["shown_as"], "name_sv": "", "name_en": ""}
    if origin:
        with translation.override("en"):
            try:
                Origin(**{"name_fi": "-", **origin}).full_clean()
            except ValidationError as fault:
                raise CommandError(" ".join(fault.messages)) from None
        settings["origin"] = origin
    if (limit := options["requests_a_minute"]) is not None:
        if not 1 <= limit <= MOST_REQUESTS_A_MINUTE:
            raise CommandError(f"A client may make 1 to {MOST_REQUESTS_A_MINUTE} requests within a minute")
        settings["requests_a_minute"] = limit
    if options["receives_forms"]:
        settings["receives_forms"] = options["receives_forms"] == "yes"
    return settings


def _known(name: str) -> ApiClient:
    client = ApiClient.objects.filter(name=name).first()
    if client is None:
        raise CommandError(f"There is no client named {name}")
    return client
