"""What the customers of the practice day look like, and what they hold: drawn by templates, and nobody's.

No document imitates one of a state, and each is marked as a specimen in three languages.
"""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core import hetu
from counter import countries
from demo.people import DemoPerson
from identity.claims import Identity
from identity.enums import Method


@dataclass(frozen=True, kw_only=True)
class Face:
    """A drawn face, and the same in words. Colours are hexadecimal; `style` names a part of _face.html."""

    words: Promise
    hair: str
    style: str
    skin: str = "#f0c9a4"
    has_glasses: bool = False
    has_beard: bool = False


FAIR_LONG = Face(words=_("Long fair hair"), hair="#d9b458", style="long")
BROWN_LONG = Face(words=_("Long brown hair"), hair="#6b4226", style="long", skin="#e0ac80")
RED_BUN = Face(words=_("Red hair in a bun"), hair="#b5482a", style="bun")
GREY_BUN = Face(words=_("Grey hair in a bun, glasses"), hair="#9a9a9a", style="bun", has_glasses=True)
DARK_SHORT = Face(words=_("Short dark hair, a beard"), hair="#2b211c", style="short", skin="#c98d5e", has_beard=True)
FAIR_SHORT = Face(words=_("Short fair hair, glasses"), hair="#d9b458", style="short", has_glasses=True)
BROWN_SHORT = Face(words=_("Short brown hair"), hair="#6b4226", style="short")
BALD = Face(words=_("No hair, a grey beard"), hair="#9a9a9a", style="none", has_beard=True)


@dataclass(frozen=True, kw_only=True)
class Document:
    """An identity document. It is valid until so many `days` after the day on which the practice day was started.

    `kind` is a code of counter.models.DocumentType.
    """

    kind: str
    name: str
    born: dt.date
    face: Face
    days: int
    code: str = ""
    country: str = countries.FINLAND

    def valid_until(self, begun_at: dt.datetime) -> dt.date:
        return _days_after(begun_at, self.days)


@dataclass(frozen=True, kw_only=True)
class Extract:
    """An extract from the register of guardianship affairs: who acts for whom, and for how many `days` more (C6)."""

    ward: str
    code: str
    guardian: str
    days: int

    def valid_until(self, begun_at: dt.datetime) -> dt.date:
        return _days_after(begun_at, self.days)


def _days_after(moment: dt.datetime, days: int) -> dt.date:
    return timezone.localdate(moment) + dt.timedelta(days=days)


def citizen(key: str, code: str, first_names: str, last_name: str) -> DemoPerson:
    """Return somebody with a test code. Their email address begins with the key."""
    identity = Identity(hetu=code, first_names=first_names, last_name=last_name, method=Method.BANK)
    return DemoPerson(key=key, identity=identity, hint="")


def document_of(person: DemoPerson, face: Face, *, kind: str = "passport", days: int) -> Document:
    """Return an identity document of somebody with a code."""
    code = person.identity.hetu
    return Document(kind=kind, name=person.name, born=hetu.birth_date(code), code=code, face=face, days=days)


SEIJA = citizen("seija", "120388-9107", "Seija", "Suominen")
TUULA = citizen("bounce.tuula", "270971-912D", "Tuula", "Tikkanen")
KAUKO = citizen("kauko", "050680-9135", "Kauko", "Koskela")
KERTTU = citizen("kerttu", "190582-914X", "Kerttu", "Koskela")
HILLA = citizen("hilla", "230790-9168", "Hilla", "Hakala")
JERE = citizen("jere", "080985-915V", "Jere", "Jokela")
EILA = citizen("eila", "141176-9184", "Eila", "Erkkilä")
VAINO = citizen("vaino", "030238-917X", "Väinö", "Vuori")
VENLA = citizen("venla", "170166-926N", "Venla", "Vuori")
IIDA = citizen("iida", "290692-920Y", "Iida", "Ilola")
ONNI = citizen("onni", "160574-9237", "Onni", "Oravainen")
OTHER_ONNI = citizen("onni.oravainen", "021169-925T", "Onni", "Oravainen")
PILVI = citizen("pilvi", "110495-922K", "Pilvi", "Pajunen")
RISTO = citizen("risto", "250383-927V", "Risto", "Ruusula")
HARPER = {"first_names": "Harper", "last_name": "Hill", "hetu": None, "birth_date": "1990-06-21"}
