"""What the front page of the demo tells: as whom one can try what."""

from typing import Any

from django.http import HttpRequest

from demo.people import PEOPLE
from demo.stories import stories_of

# Only who applies has a link in the housing system.
ROWS = [{"person": person, "applies": bool(stories_of(person.key))} for person in PEOPLE]


def people(request: HttpRequest) -> dict[str, Any]:
    """Give templates the demo's people, and whether the housing system has a link for each."""
    return {"demo_people": ROWS}
