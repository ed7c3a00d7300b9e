"""The fictitious people of the demo as whom a visitor can sign in, and what to try as each.

Their personal identity codes are test codes that belong to nobody. Their names are those that the bank gives.
stories.py says what has happened to their applications before the visitor comes.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from identity.claims import Identity
from identity.enums import Language, Method

SPARE_CODE = "150785-921Y"  # a test code that none of them has, for trying the form for other people


@dataclass(frozen=True, kw_only=True)
class DemoPerson:
    """Somebody as whom a visitor can sign in. `hint` tells in a sentence what to try."""

    key: str
    identity: Identity
    hint: Promise | str
    language: Language = Language.FINNISH

    @property
    def name(self) -> str:
        return f"{self.identity.first_names} {self.identity.last_name}"


def _person(
    hetu: str,
    first_names: str,
    last_name: str,
    hint: Promise | str,
    *,
    language: Language = Language.FINNISH,
    method: Method = Method.BANK,
) -> DemoPerson:
    identity = Identity(hetu=hetu, first_names=first_names, last_name=last_name, method=method)
    key = first_names.split()[0].lower()
    return DemoPerson(key=key, identity=identity, hint=hint, language=language)


PEOPLE = [
    _person("010594Y9032", "Aino", "Aalto", _("Applies alone. Only Aino has to confirm the application.")),
    _person("020594X903P", "Pekka", "Lahtinen", _("Applies with Liisa. Neither has confirmed the application yet.")),
    _person("020594X902N", "Liisa", "Lahtinen", _("Applies with Pekka. Neither has confirmed the application yet.")),
    _person(
        "030594W903B", "Kaisa", "Korhonen", _("One of four applicants. Kaisa has already confirmed the application.")
    ),
    _person(
        "030694W9024",
        "Kalle",
        "Korhonen",
        _("One of four applicants. Kalle has already confirmed the application with a mobile certificate."),
        method=Method.MOBILE,
    ),
    _person(
        "040594V9030",
        "Saara",
        "Salmi",
        _("One of four applicants. Two have confirmed the application. Saara has not."),
    ),
    _person(
        "040594V902Y", "Simo", "Salmi", _("One of four applicants. Two have confirmed the application. Simo has not.")
    ),
    _person(
        "050594U903M",
        "Maria",
        "Mattila",
        _("Applies with Miro, who is under 18. Only Maria has to confirm the application."),
    ),
    _person("010516B903X", "Miro", "Mattila", _("Is under 18 and does not need to confirm the application.")),
    _person("050594U902L", "Niilo", "Niemi", _("Has no application to confirm.")),
    _person("010501E9032", "Veera", "Virtanen", _("Has confirmed the application. It is valid.")),
    _person("020502E902X", "Raimo", "Rantanen", _("Did not confirm the application in time. It has lapsed.")),
    _person(
        "020503F9037",
        "Katri",
        "Kallio",
        _("Has a valid application and a new one. When the new one is confirmed, it replaces the old one."),
    ),
    _person(
        "020504A902E",
        "Selma",
        "Söderström",
        _("Applies alone, in Swedish. Only Selma has to confirm the application."),
        language=Language.SWEDISH,
    ),
    _person(
        "020504B904H",
        "Emily",
        "Evans",
        _(
            "Applies in English with Ethan, who has no Finnish personal identity code and must come to customer "
            "service."
        ),
        language=Language.ENGLISH,
    ),
    _person(
        "010594Y9021",
        "Ylva Kristina",
        "Öhman-Lindqvist",
        _("Is called Kristina Ohman in the application. She can confirm it although the name differs."),
        language=Language.SWEDISH,
        method=Method.MOBILE,
    ),
    _person(
        "060594Y9039",
        "Lauri",
        "Laine",
        _("One of four applicants. The emails are late, come back or are marked as junk mail, each in its own way."),
    ),
]
BY_KEY = {person.key: person for person in PEOPLE}
