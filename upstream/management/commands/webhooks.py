"""manage.py webhooks: the receivers of events, their secrets, and sending events once more."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from applications.references import normalise_reference
from core.moments import read_moment
from upstream import deliveries, endpoints
from upstream.models import Event, WebhookDelivery, WebhookEndpoint


class Command(BaseCommand):
    help = "List the receivers of events, send events once more, or give a receiver a new secret."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        what.add_parser("list", help="number, client, address, events that wait and were given up, state")
        replay = what.add_parser("replay", help="send events once more, with the same ids")
        replay.add_argument("--since", type=read_moment, help="2026-11-21 or 2026-11-21T10:00+02:00")
        replay.add_argument("--application", help="the number of one application; all without it")
        replay.add_argument("--endpoint", type=int, help="the number of one receiver; all live ones without it")
        rotate = what.add_parser("rotate", help="print a new secret, once; the one before signs on for a day")
        rotate.add_argument("endpoint", type=int, help="the number of a live receiver")

    def handle(self, *, what: str, **options: Any) -> None:
        match what:
            case "list":
                for endpoint in WebhookEndpoint.objects.select_related("client").order_by("pk"):
                    self.stdout.write(_line(endpoint))
            case "replay":
                if not (options["since"] or options["application"]):
                    raise CommandError("Say which: --since, --application, or both")
                chosen = [_live(options["endpoint"])] if options["endpoint"] else WebhookEndpoint.objects.live()
                wanted = Q()
                if options["since"]:
                    wanted &= Q(collected_at__gte=options["since"])
                if options["application"]:
                    wanted &= Q(application__reference=normalise_reference(options["application"]))
                number = sum(
                    deliveries.replay_events(Event.objects.filter(wanted, client=one.client_id), endpoints=[one])
                    for one in chosen
                )
                self.stdout.write(f"Events that will be sent again: {number}")
            case "rotate":
                self.stdout.write(endpoints.rotate(_live(options["endpoint"])))


def _line(endpoint: WebhookEndpoint) -> str:
    owed = WebhookDelivery.objects.filter(endpoint=endpoint)
    waiting, given_up = owed.unended().count(), owed.filter(given_up_at__isnull=False).count()
    state = f"disabled {endpoint.disabled_at:%Y-%m-%d}" if endpoint.disabled_at else "live"
    return f"{endpoint.pk}  {endpoint.client}  {endpoint.url}  waiting {waiting}  given up {given_up}  {state}"


def _live(pk: int) -> WebhookEndpoint:
    endpoint = WebhookEndpoint.objects.live().filter(pk=pk).first()
    if endpoint is None:
        raise CommandError(f"There is no live receiver with the number {pk}; see: webhooks list")
    return endpoint
