"""The demo's applications, and what has happened to them before the visitor comes."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from demo.people import BY_KEY, DemoPerson


def applies(person: DemoPerson, **different: Any) -> dict[str, Any]:
    """Return a demo person as an application names them, with some details given differently."""
    return {
        "first_names": person.identity.first_names,
        "last_name": person.identity.last_name,
        "hetu": person.identity.hetu,
        "address": "Esimerkkikatu 1 A 2, 00500 Helsinki",
        "email": f"{person.key}@example.test",
        "phone": "040 123 4567",
        "language": person.language,
        "municipality": "Helsinki",
        "income": {"monthly_gross": "2380.00", "benefits": "0", "assets": "1500.00", "debts": "0"},
        **different,
    }


def _applies(key: str, **different: Any) -> dict[str, Any]:
    return applies(BY_KEY[key], **different)


@dataclass(frozen=True, kw_only=True)
class Story:
    """One application: who applies (the main applicant first), and which demo people have confirmed it.

    An application whose validity has `ended` stays in the past. Any other is sent again when it ends. Then the
    story that `follows` it is told again too, as the confirmation of one would replace the other.
    """

    key: str
    applicants: list[dict[str, Any]]
    confirmed_by: tuple[str, ...] = ()
    sent_days_ago: int = 2
    ended: bool = False
    follows: str = ""

    def document(self, *, now: dt.datetime) -> dict[str, Any]:
        """Return the application as the housing system sends it."""
        return {
            "reference": f"DEMO-{self.key}-{now:%Y%m%d-%H%M%S-%f}",  # told again, it is another one
            "sent_at": (now - dt.timedelta(days=self.sent_days_ago)).isoformat(),
            "language": self.applicants[0]["language"],
            "main_applicant": self.applicants[0],
            "co_applicants": self.applicants[1:],
            "content": {
                "home": {
                    "dwelling": "flat",
                    "address": self.applicants[0]["address"],
                    "rooms": 2,
                    "area": "45.5",
                    "residents": len(self.applicants),
                    "condition": "fair",
                    "tenure": "rented",
                    "rent": "940.00",
                },
                "need": {"reasons": ["too_small", "too_expensive"]},
                "wishes": {
                    "areas": ["Kallio", "Vallila", "Herttoniemi"],
                    "flat_types": ["2", "3"],
                    "area_min": 45,
                    "area_max": 80,
                    "highest_rent": "1150.00",
                    "lowest_floor": 1,
                    "features": ["lift", "balcony"],
                },
                "assurance": True,
            },
        }


# What becomes of the emails to each, their addresses say (odd_addresses.py).
LAINE = [
    _applies("lauri", email="slow.lauri@example.test"),
    _applies("lauri", first_names="Laura", hetu="070594X904Y", email="later-bounce.laura@example.test"),
    _applies("lauri", first_names="Lotta", hetu="080594W903K", email="full.lotta@example.test"),
    _applies("lauri", first_names="Leo", hetu="090594V9048", email="complains.leo@example.test"),
]
ETHAN = _applies("emily", first_names="Ethan", hetu=None, birth_date="1990-03-14", email=None)

STORIES = [
    Story(key="alone", applicants=[_applies("aino")]),
    Story(key="couple", applicants=[_applies(key, email="lahtinen@example.test") for key in ("pekka", "liisa")]),
    Story(
        key="four",
        applicants=[_applies("kaisa"), _applies("kalle"), _applies("saara"), _applies("simo")],
        confirmed_by=("kaisa", "kalle"),
        sent_days_ago=5,
    ),
    Story(key="minor", applicants=[_applies("maria"), _applies("miro")]),
    Story(key="valid", applicants=[_applies("veera")], confirmed_by=("veera",), sent_days_ago=20),
    Story(key="lapsed", applicants=[_applies("raimo")], sent_days_ago=100, ended=True),
    Story(key="older", applicants=[_applies("katri")], confirmed_by=("katri",), sent_days_ago=30),
    Story(key="newer", applicants=[_applies("katri")], sent_days_ago=1, follows="older"),
    Story(key="swedish", applicants=[_applies("selma")]),
    Story(key="counter", applicants=[_applies("emily"), ETHAN]),
    Story(key="name", applicants=[_applies("ylva", first_names="Kristina", last_name="Ohman")]),
    Story(key="emails", applicants=LAINE),
]
APPLICANTS = [one for story in STORIES for one in story.applicants]


def stories_of(person_key: str) -> list[str]:
    """Return the keys of the stories in which a demo person applies."""
    person = BY_KEY.get(person_key)
    code = person.identity.hetu if person else None
    return [story.key for story in STORIES if code and code in {one["hetu"] for one in story.applicants}]


def address_of(person_key: str) -> str:
    """Return the email address that a demo person has in the stories; empty if they apply in none."""
    person = BY_KEY[person_key]
    own = (one["email"] for one in APPLICANTS if one["hetu"] == person.identity.hetu)
    return next(own, "")


def people_at(address: str) -> list[str]:
    """Return the names of those to whom an email address belongs in the stories."""
    names = (f"{one['first_names']} {one['last_name']}" for one in APPLICANTS if one["email"] == address)
    return list(dict.fromkeys(names))
