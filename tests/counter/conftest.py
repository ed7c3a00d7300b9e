import datetime as dt

import pytest

from counter.models import Counter
from counter.opening import Span
from tests.counter.hours import set_hours

MORNING = Span(dt.time(9), dt.time(12))
AFTERNOON = Span(dt.time(13), dt.time(16))
WEEKLY = {
    0: (MORNING, AFTERNOON),
    1: (MORNING,),
    2: (MORNING,),
    3: (Span(dt.time(9), dt.time(17)),),
    4: (MORNING,),
}


@pytest.fixture
def counter(db):
    """The counter with ordinary hours, as an operator leaves it."""
    counter = Counter.objects.get()
    counter.phone = "09 310 00000"
    counter.email = "counter@example.test"
    counter.save()
    set_hours(counter, WEEKLY)
    return counter
