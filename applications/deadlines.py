"""The last day of validity: what waits then lapses, what is valid expires (R5)."""

from django.utils import timezone

from applications import letters, reading, states
from applications.enums import State, Transition
from applications.models import OPEN, Application
from core.actors import CLOCK
from core.transactions import atomically
from mailing import outbox


@atomically
def end(*applications: Application) -> None:
    """End applications whose last day is over. Any other stays as it is, so calling this again does no harm."""
    keys = {each.pk for each in applications}
    reading.lock_several(keys)
    locked = Application.objects.with_people().filter(pk__in=keys).order_by("pk")
    over = [each for each in locked if each.state in OPEN and not each.is_open]
    endings = {State.AWAITING: Transition.LAPSED, State.VALID: Transition.EXPIRED}
    for state, ending in endings.items():
        states.end_several([each for each in over if each.state == state], ending, by=CLOCK, at=timezone.now())
    outbox.queue_letters(*[draft for each in over for draft in letters.ended(each)])
