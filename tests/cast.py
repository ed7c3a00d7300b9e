"""The fixed cast of the tests, and what they send. Codes are fictitious test codes (900–999)."""

import datetime as dt
from itertools import count
from typing import Any

from django.utils import timezone

# Maija applies, Olli with her; Otso is an outsider; Tea is under 18; Vera and Ville complete a four.
MAIJA = {"first_names": "Maija Liisa", "last_name": "Meikäläinen", "hetu": "010594Y9032"}
OLLI = {"first_names": "Olli", "last_name": "Öhman", "hetu": "020594X903P"}
VERA = {"first_names": "Vera", "last_name": "Virtanen", "hetu": "030594W903B"}
VILLE = {"first_names": "Ville", "last_name": "Virtanen", "hetu": "040594V9030"}
OTSO = {"first_names": "Otso", "last_name": "Outsider", "hetu": "050594U903M"}
TEA = {"first_names": "Tea", "last_name": "Teini", "hetu": "010516B903X"}


def applicant(who: dict[str, str], **more: Any) -> dict[str, Any]:
    """Return one applicant of a document."""
    return {
        **who,
        "address": "Esimerkkikatu 1 A 2, 00100 Helsinki",
        "email": f"{who['first_names'].split()[0].lower()}@example.test",
        "phone": "040 123 4567",
        "language": "fi",
        "municipality": "Helsinki",
        "income": {"monthly_gross": "2450.50", "benefits": "0", "assets": "1200", "debts": "0"},
        **more,
    }


def document(main: dict[str, str] = MAIJA, *co_applicants: dict[str, str], **more: Any) -> dict[str, Any]:
    """Return an application as the housing system sends it."""
    return {
        "reference": "HS-2026-0001",
        "sent_at": timezone.now().isoformat(),
        "language": "fi",
        "main_applicant": applicant(main),
        "co_applicants": [applicant(who) for who in co_applicants],
        "others_moving_in": [],
        "content": {
            "home": {
                "dwelling": "flat",
                "address": "Esimerkkikatu 1 A 2, 00100 Helsinki",
                "rooms": 1,
                "area": "28.5",
                "residents": 2,
                "condition": "fair",
                "tenure": "rented",
                "rent": "890.00",
            },
            "need": {"reasons": ["too_small", "too_expensive"]},
            "wishes": {
                "areas": ["Kallio", "Vallila"],
                "flat_types": ["2", "3"],
                "area_min": 40,
                "area_max": 70,
                "highest_rent": "1100",
                "features": ["lift"],
            },
            "assurance": True,
        },
        **more,
    }


def day(number: int) -> str:
    """Return the day so many days from today, as a document says it. Near a bound, ask for it within the test."""
    return (timezone.localdate() + dt.timedelta(days=number)).isoformat()


_rents = count(1200)


def changed(main: dict[str, str] = MAIJA, *co_applicants: dict[str, str], **more: Any) -> dict[str, Any]:
    """Return an application with another content than any before."""
    made = document(main, *co_applicants, **more)
    made["content"]["wishes"]["highest_rent"] = str(next(_rents))
    return made
