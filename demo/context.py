"""What the front page of the demo shows: the people, and what a visitor can try as each."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from demo.mailboxes import all_mailboxes
from demo.people import PEOPLE
from demo.stories import address_of, stories_of


def people(request: HttpRequest) -> dict[str, Any]:
    """Give templates the demo's people, whether the housing system has a link for each, and their mailboxes."""

    def rows() -> list[dict[str, Any]]:
        boxes = all_mailboxes()
        # Only people who apply have a link in the housing system, and emails.
        return [
            {
                "person": person,
                "applies": bool(stories_of(person.key)),
                "address": (address := address_of(person.key)),
                "unread": boxes[address].unread if address in boxes else 0,
            }
            for person in PEOPLE
        ]

    return {"demo_people": SimpleLazyObject(rows)}  # one page shows them, and every page asks
