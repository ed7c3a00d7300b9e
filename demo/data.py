"""Loads the demo's applications through the same functions that real ones go through."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from applications import confirmation, dates, deadlines, document, terms
from applications.models import Application
from counter.models import Counter
from counter.opening import Span
from demo import client, housing_system
from demo.models import DemoApplication
from demo.people import BY_KEY, DemoPerson
from demo.stories import STORIES, Story
from identity import people
from identity.proof import Proof
from upstream import intake

OFFICE_HOURS = Span(dt.time(9), dt.time(16))


def load() -> list[str]:
    """Make an application for every story that has none, or whose application has ended. Return their keys.

    The applications of other stories stay as visitors have left them.
    """
    _open_counter()
    told: list[str] = []
    for story in STORIES:
        made = DemoApplication.objects.filter(story=story.key)
        standing = made if story.ended else made.filter(application__valid_until__gte=dates.today())
        if standing.exists() and story.follows not in told:
            continue
        with transaction.atomic():
            application = send(story)
            DemoApplication.objects.update_or_create(story=story.key, defaults={"application": application})
            for key in story.confirmed_by:
                confirm(application, who=BY_KEY[key])
            if story.ended:
                deadlines.end(application)
        told.append(story.key)
    return told


def send(story: Story) -> Application:
    """Send the application of a story as the demo's housing system does."""
    sent = document.parse(story.document(now=timezone.now()), is_new=False)
    return intake.receive(sent, client=housing_system.client())


def confirm(application: Application, *, who: DemoPerson) -> None:
    """Confirm an application as a demo person would in the browser."""
    now = timezone.now()
    person = people.recognise(who.identity, language=who.language, at=now)
    proof = Proof(method=who.identity.method, provider=client.PROVIDER_ID, level=client.ACR, at=now.isoformat())
    by, accepted = people.person_actor(person, proof), terms.current()
    terms.accept(accepted, by=by)
    confirmation.confirm(application, by=by, proof=proof, terms=accepted, digest=application.version.digest)


def _open_counter() -> None:
    """Give the counter made-up hours and contact details, unless somebody has edited them."""
    counter = Counter.only()
    if counter.phone or counter.weekly_hours.exists():
        return
    counter.phone, counter.email = "09 000 0000", "neuvonta@example.test"
    counter.save()
    for weekday in range(5):
        counter.weekly_hours.create(weekday=weekday, opens=OFFICE_HOURS.opens, closes=OFFICE_HOURS.closes)
