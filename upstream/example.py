"""What is sent and answered, as the API's description shows it. The code in it is a fictitious test code.

A test holds each example against its schema, and demands one of each body and each answer.
"""

from typing import Any

from applications.enums import Happened, State

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
EVENT_ID = "0b5e6c1e-6a39-4d3e-8f0a-1c8f3a9d2b77"
DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
RECEIPT: dict[str, Any] = {
    "reference": REFERENCE,
    "status": "awaiting",
    "valid_until": "2027-02-18",
    "confirm_link": f"https://confirm.example.fi/fi/confirm/{REFERENCE}/",
}
STATUS: dict[str, Any] = {
    **RECEIPT,
    "client_reference": EXAMPLE["reference"],
    "version": 1,
    "digest": DIGEST,
    "sent_at": "2026-11-20T08:00:00Z",
    "changed_at": "2026-11-20T08:00:00Z",
    "awaited": [1],
    "applicants": [
        {
            "position": 0,
            "progress": "confirmed",
            "representative": None,
            "method": "bank",
            "confirmed_at": "2026-11-21T10:00:00Z",
            "declined_at": None,
            "invitation": None,
        },
        {
            "position": 1,
            "progress": "counter_only",
            "representative": None,
            "method": None,
            "confirmed_at": None,
            "declined_at": None,
            "invitation": None,
        },
    ],
    "history": [
        {
            "type": "sent",
            "time": "2026-11-20T08:00:00Z",
            "state": "awaiting",
            "version": 1,
            "by": "housing_system",
            "position": None,
        },
        {
            "type": "person_confirmed",
            "time": "2026-11-21T10:00:00Z",
            "state": "awaiting",
            "version": 1,
            "by": "person",
            "position": 0,
        },
    ],
}
# Between which states each event leads; the others leave it as it is.
MOVES: dict[str, tuple[State | None, State]] = {
    Happened.SENT: (None, State.AWAITING),
    Happened.CONFIRMED: (State.AWAITING, State.VALID),
    Happened.CHANGED: (State.VALID, State.AWAITING),
    Happened.UNDONE: (State.VALID, State.AWAITING),
    Happened.RENEWED: (State.VALID, State.VALID),
    Happened.LAPSED: (State.AWAITING, State.LAPSED),
    Happened.EXPIRED: (State.VALID, State.EXPIRED),
    Happened.WITHDRAWN: (State.AWAITING, State.WITHDRAWN),
    Happened.REPLACED: (State.VALID, State.REPLACED),
}
# Which concern the co-applicant.
OF_ANOTHER = (
    Happened.PERSON_DECLINED,
    Happened.DECLINING_UNDONE,
    Happened.ERROR_REPORTED,
    Happened.INVITATION_OPENED,
    Happened.INVITATION_UNDELIVERABLE,
    Happened.CONTACT_DETAILS_CHANGED,
    Happened.CODE_LEARNED,
    Happened.CODE_TAKEN_BACK,
)


def event(kind: str) -> dict[str, Any]:
    """Return an event of a kind, as a webhook gets it."""
    before, after = MOVES.get(kind, (State.AWAITING, State.AWAITING))
    confirmed = [{"position": 0, "method": "bank"}]
    by_clock = kind in (Happened.LAPSED, Happened.EXPIRED)
    data = {
        "reference": REFERENCE,
        "client_reference": EXAMPLE["reference"],
        "state": after.value,
        "from_state": before.value if before else None,
        "valid_until": RECEIPT["valid_until"],
        "version": 2 if kind == Happened.CHANGED else 1,
        "digest": DIGEST,
        "by": "clock" if by_clock else "housing_system" if kind == Happened.SENT else "person",
        "position": 0
        if kind in (Happened.CONFIRMED, Happened.PERSON_CONFIRMED)
        else 1
        if kind in OF_ANOTHER
        else None,
        "changed": ["/content/wishes/highest_rent"] if kind == Happened.CHANGED else [],
        "waits_for": {State.AWAITING: 1 if before else 2}.get(after, 0),
        "confirmed": confirmed if after != State.AWAITING or kind == Happened.PERSON_CONFIRMED else [],
        "represented": [],
    }
    return {
        "specversion": "1.0",
        "id": EVENT_ID,
        "source": "https://confirm.example.fi",
        "type": EVENT_TYPE + kind,
        "subject": REFERENCE,
        "time": "2026-11-21T10:00:00.123456+00:00",
        "datacontenttype": "application/json",
        "data": data,
    }


SUMMARY: dict[str, Any] = {
    **{name: STATUS[name] for name in ("reference", "client_reference", "version", "digest", "valid_until")},
    "state": "awaiting",
    "waits_for": 1,
    "state_changed_at": "2026-11-21T10:00:00Z",
}
# By the name of its schema, what a body or an answer looks like.
EXAMPLES: dict[str, Any] = {
    "Document": EXAMPLE,
    "Receipt": RECEIPT,
    "ApplicationStatus": STATUS,
    "ApplicationPage": {"applications": [SUMMARY], "next": "1", "more": False},
    "AskedStatuses": {"references": [REFERENCE], "client_references": ["HS-2026-0002"]},
    "Statuses": {"applications": [STATUS], "unknown": ["HS-2026-0002"]},
    "Knowledge": {"applications": [{"reference": REFERENCE, "version": 1, "state": "valid"}]},
    "Differences": {"different": [SUMMARY], "unknown": []},
    "Replay": {"since": "2026-11-20T10:00:00+02:00"},
    "Replayed": {"deliveries": 12},
    "EventPage": {"events": [event(Happened.CONFIRMED)], "next": "4711-0b5e6c1e", "more": False},
}
