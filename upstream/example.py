"""What is sent and answered, as the API's description shows it. The code in it is a fictitious test code.

A test holds each example against its schema, and demands one of each body and each answer.
"""

from typing import Any

from applications.enums import State, Transition

EVENT_TYPE = "fi.heka-confirm.application."

EXAMPLE: dict[str, Any] = {
    "reference": "HS-2026-0001",
    "sent_at": "2026-11-20T10:00:00+02:00",
    "language": "fi",
    "main_applicant": {
        "first_names": "Maija Liisa",
        "last_name": "Meikäläinen",
        "hetu": "010594Y9032",
        "address": "Esimerkkikatu 1 A 2, 00100 Helsinki",
        "email": "maija@example.com",
        "phone": "040 123 4567",
        "language": "fi",
        "municipality": "Helsinki",
        "income": {"monthly_gross": "2450.50", "assets": "1200.00"},
    },
    "co_applicants": [
        {
            "first_names": "Olli",
            "last_name": "Öhman",
            "birth_date": "1994-05-02",
            "address": "poste restante",
            "income": {"monthly_gross": "1800.00"},
        }
    ],
    "others_moving_in": [{"first_names": "Otso", "last_name": "Öhman", "birth_date": "2020-02-29"}],
    "content": {
        "home": {"dwelling": "flat", "rooms": 1, "area": "28.5", "residents": 2, "tenure": "rented"},
        "need": {"reasons": ["too_small"]},
        "wishes": {"areas": ["Kallio"], "flat_types": ["2", "3"], "highest_rent": "1100.00"},
        "assurance": True,
    },
}

REFERENCE = "K7M-P3X-Q4T"
DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
RECEIPT: dict[str, Any] = {
    "reference": REFERENCE,
    "status": "awaiting",
    "valid_until": "2027-02-18",
    "confirm_link": f"https://confirm.example.fi/fi/confirm/{REFERENCE}/",
}
STATUS: dict[str, Any] = {
    **RECEIPT,
    "applicants": [
        {"position": 0, "progress": "confirmed", "representative": None, "method": "bank"},
        {"position": 1, "progress": "counter_only", "representative": None, "method": None},
    ],
}
# Between which states each event leads; the others leave it as it is.
MOVES: dict[str, tuple[State | None, State]] = {
    Transition.SENT: (None, State.AWAITING),
    Transition.CONFIRMED: (State.AWAITING, State.VALID),
    Transition.CHANGED: (State.VALID, State.AWAITING),
    Transition.UNDONE: (State.VALID, State.AWAITING),
    Transition.RENEWED: (State.VALID, State.VALID),
    Transition.LAPSED: (State.AWAITING, State.LAPSED),
    Transition.EXPIRED: (State.VALID, State.EXPIRED),
    Transition.WITHDRAWN: (State.AWAITING, State.WITHDRAWN),
    Transition.REPLACED: (State.VALID, State.REPLACED),
}


def event(kind: str) -> dict[str, Any]:
    """Return an event of a kind, as a webhook gets it."""
    before, after = MOVES.get(kind, (State.AWAITING, State.AWAITING))
    confirmed = [{"position": 0, "method": "bank"}]
    data = {
        "reference": REFERENCE,
        "client_reference": EXAMPLE["reference"],
        "state": after.value,
        "from_state": before.value if before else None,
        "valid_until": RECEIPT["valid_until"],
        "version": 2 if kind == Transition.CHANGED else 1,
        "digest": DIGEST,
        "waits_for": {State.AWAITING: 1 if before else 2}.get(after, 0),
        "confirmed": confirmed if after != State.AWAITING else [],
        "represented": [],
    }
    return {
        "specversion": "1.0",
        "id": "4711",
        "source": "https://confirm.example.fi",
        "type": EVENT_TYPE + kind,
        "subject": REFERENCE,
        "time": "2026-11-21T10:00:00.123456+00:00",
        "datacontenttype": "application/json",
        "data": data,
    }


# By the name of its schema, what a body or an answer looks like.
EXAMPLES: dict[str, Any] = {
    "Document": EXAMPLE,
    "Receipt": RECEIPT,
    "ApplicationStatus": STATUS,
    "EventPage": {"events": [event(Transition.CONFIRMED)], "next": "4711", "more": False},
}
