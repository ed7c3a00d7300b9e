"""What is sent and answered, as the API's description shows it. The code in it is a fictitious test code.

The days in it lie a little back, counted from a day that is given: an application that was sent long ago would be
refused, and whoever tries the interface begins with the example. A test holds each example against its schema, and
demands one of each body and each answer.
"""

import datetime as dt
from typing import Any

from applications import dates
from applications.enums import Happened, State
from upstream.schemas import EVENT_TYPE

CLIENT_REFERENCE = "HS-2026-0001"
REFERENCE = "K7M-P3X-Q4T"
EVENT_ID = "0b5e6c1e-6a39-4d3e-8f0a-1c8f3a9d2b77"
DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
UNKNOWN = "HS-2026-0002"
UNDATED: dict[str, Any] = {
    "reference": CLIENT_REFERENCE,
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


def sending(today: dt.date) -> dt.datetime:
    """Return when the application of the examples was sent."""
    return dt.datetime.combine(today - dt.timedelta(days=2), dt.time(8), dt.UTC)


def confirming(today: dt.date) -> dt.datetime:
    """Return when its main applicant confirmed it."""
    return sending(today) + dt.timedelta(days=1, hours=2)


def examples(today: dt.date) -> dict[str, Any]:
    """Return what each body and each answer looks like, by the name of its schema."""
    status = _status(today)
    summary = {
        **{name: status[name] for name in ("reference", "client_reference", "version", "digest", "valid_until")},
        "state": status["state"],
        "waits_for": len(status["awaited"]),
        "state_changed_at": status["changed_at"],
    }
    known = {"reference": REFERENCE, "version": summary["version"], "state": State.VALID.value}
    return {
        "Document": document(today),
        "Receipt": _receipt(today),
        "ApplicationStatus": status,
        "ApplicationPage": {"applications": [summary], "next": "1", "more": False},
        "AskedStatuses": {"references": [REFERENCE], "client_references": [UNKNOWN]},
        "Statuses": {"applications": [status], "unknown": [UNKNOWN]},
        "Knowledge": {"applications": [known]},
        "Differences": {"different": [summary], "unknown": []},
        "Replay": {"since": _moment(sending(today))},
        "Replayed": {"deliveries": 12},
        "EventPage": {"events": [event(Happened.CONFIRMED, today)], "next": f"4711-{EVENT_ID[:8]}", "more": False},
    }


def document(today: dt.date) -> dict[str, Any]:
    """Return an application as it is sent."""
    return {**UNDATED, "sent_at": _moment(sending(today))}


def event(kind: str, today: dt.date) -> dict[str, Any]:
    """Return an event of a kind, as a webhook gets it."""
    before, after = MOVES.get(kind, (State.AWAITING, State.AWAITING))
    confirmed = [{"position": 0, "method": "bank"}]
    by_clock = kind in (Happened.LAPSED, Happened.EXPIRED)
    data = {
        "reference": REFERENCE,
        "client_reference": CLIENT_REFERENCE,
        "state": after.value,
        "from_state": before.value if before else None,
        "valid_until": _valid_until(today),
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
        "time": confirming(today).replace(microsecond=123456).isoformat(),
        "datacontenttype": "application/json",
        "data": data,
    }


def _receipt(today: dt.date) -> dict[str, Any]:
    return {
        "reference": REFERENCE,
        "state": "awaiting",
        "valid_until": _valid_until(today),
        "confirm_link": f"https://confirm.example.fi/fi/confirm/{REFERENCE}/",
    }


def _status(today: dt.date) -> dict[str, Any]:
    sent_at, confirmed_at = _moment(sending(today)), _moment(confirming(today))
    of_all = {"state": "awaiting", "version": 1}
    nothing = {"representative": None, "confirmed_at": None, "declined_at": None, "method": None, "invitation": None}
    return {
        **_receipt(today),
        "client_reference": CLIENT_REFERENCE,
        "version": 1,
        "digest": DIGEST,
        "sent_at": sent_at,
        "changed_at": sent_at,
        "awaited": [1],
        "applicants": [
            {**nothing, "position": 0, "progress": "confirmed", "method": "bank", "confirmed_at": confirmed_at},
            {**nothing, "position": 1, "progress": "counter_only"},
        ],
        "history": [
            {**of_all, "type": "sent", "time": sent_at, "by": "housing_system", "position": None},
            {**of_all, "type": "person_confirmed", "time": confirmed_at, "by": "person", "position": 0},
        ],
    }


def _valid_until(today: dt.date) -> str:
    return dates.valid_until(sending(today)).isoformat()


def _moment(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
