"""The last day of validity: what waits then lapses, what is valid expires (R5)."""

from django.utils import timezone

from applications import letters, reading, states
from applications.enums import State, Transition
from applications.models import OPEN, Application
from core.actors import CLOCK
from core.transactions import atomically


@atomically
def end(application: Application) -> None:
    """End an application whose last day is over. Any other stays as it is, so calling this again does no harm."""
    locked = reading.locked(application.pk)
    if locked.state in OPEN and not locked.is_open:
        ending = Transition.LAPSED if locked.state == State.AWAITING else Transition.EXPIRED
        states.transition(locked, ending, by=CLOCK, at=timezone.now())
        letters.ended(locked)
