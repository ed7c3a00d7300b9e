"""What the front page of the demo shows: the people, and what a visitor can try as each."""

from typing import Any

from django.http import HttpRequest

from demo.people import PEOPLE
from demo.stories import stories_of

# Only people who apply have a link in the housing system.
ROWS = [{"person": person, "applies": bool(stories_of(person.key))} for person in PEOPLE]


def people(request: HttpRequest) -> dict[str, Any]:
    """Give templates the demo's people, and whether the housing system has a link for each."""
    return {"demo_people": ROWS}
