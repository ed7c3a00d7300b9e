"""The kinds of facts that an application is made of: names, codes, days, sums.

Each has one form, so that one fact has one digest. Its JSON schema says exactly what it takes.
"""

import datetime as dt
import re
from decimal import Decimal
from functools import partial
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, WithJsonSchema

from applications.fault_words import A_TIME
from core import hetu
from core.addresses import LONGEST_ADDRESS, ForeignLetters, InvalidAddress, read_address
from core.personal_names import LONGEST_NAME, NotAName, personal_name
from core.telephones import LONGEST_TELEPHONE, CodeNotTelephone, NotATelephone, read_telephone
from core.text import has_control, typed_prose, typed_text

ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
PLAIN_NUMBER = re.compile(r"[0-9]{1,8}(\.[0-9]{1,2})?")
NOTHING = Decimal("0.00")
NOT_A_NAME = (
    "Not a name: give letters, spaces, hyphens and apostrophes, at most 8 words, with a dot only after an initial; "
    "write 'King Jr.' without a comma, 'Sofia Sofie' without a slash and 'J. R.' with a space"
)
LONG_AGO, FAR_AHEAD = (dt.datetime(year, 1, 1, tzinfo=dt.UTC) for year in (2000, 9000))


def _visible(text: str, *, allowed: str = "") -> str:
    if has_control(text, allowed=allowed):
        raise ValueError("Control characters are not allowed")
    if not text.strip():
        raise ValueError("The text is empty")
    return text


def _typed(value: object) -> object:
    return typed_text(value) if isinstance(value, str) else value


# The next three refuse what pydantic would accept: timestamps for dates, "1_000" and digits of other scripts for
# numbers.


def _day(value: object) -> object:
    value = _typed(value)
    if (isinstance(value, str) and not ISO_DATE.fullmatch(value)) or not isinstance(value, str | dt.date):
        raise ValueError("Give a date as YYYY-MM-DD")
    return value


def _instant(value: object) -> object:
    if (isinstance(value, str) and not ISO_DATE.match(value)) or not isinstance(value, str | dt.datetime):
        raise ValueError(A_TIME)
    return value


def _number(value: object) -> object:
    value = _typed(value)
    if isinstance(value, str) and not PLAIN_NUMBER.fullmatch(value):
        raise ValueError("Give a number with a decimal point, such as 1100.50")
    return value


def _cents(amount: Decimal) -> Decimal:
    # 2450.5 and "2450.50" are one amount, and so have one digest; -0 would be another.
    return abs(amount.quantize(NOTHING))


def _number_schema(least: int, most: float, pattern: str) -> WithJsonSchema:
    number = {"type": "number", "minimum": least, "maximum": most}
    return WithJsonSchema({"anyOf": [number, {"type": "string", "pattern": pattern}]})


def _name(text: str) -> str:
    try:
        return personal_name(text)
    except NotAName:
        raise ValueError(NOT_A_NAME) from None


def _hetu(text: str) -> str:
    try:
        return hetu.parse(text)
    except hetu.InvalidHetu:
        raise ValueError("Invalid personal identity code") from None


def _email(text: str) -> str:
    try:
        return read_address(text)
    except ForeignLetters:
        raise ValueError("Give an email address with English letters only before the @") from None
    except InvalidAddress:
        raise ValueError("Invalid email address") from None


def _phone(text: str) -> str:
    try:
        return read_telephone(text)
    except CodeNotTelephone:
        raise ValueError("This is a personal identity code, not a phone number") from None
    except NotATelephone:
        raise ValueError("Give one phone number, such as +358 40 123 4567") from None


Name = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST_NAME,
        description="Letters of any script, spaces, hyphens, apostrophes and dots after initials; at most 8 words",
    ),
    AfterValidator(_visible),
    AfterValidator(_name),
]
# What is typed has its one form before its length is measured, so that stands behind it: pydantic reads inside out.
Line = Annotated[str, Field(min_length=1, max_length=200), BeforeValidator(_typed), AfterValidator(_visible)]
Prose = Annotated[
    str,
    Field(min_length=1, max_length=2000),
    BeforeValidator(lambda value: typed_prose(value) if isinstance(value, str) else value),
    AfterValidator(partial(_visible, allowed="\n\r\t")),
]
Hetu = Annotated[
    str,
    Field(
        max_length=40,
        description="Finnish personal identity code, 11 characters, such as 131052-308T",
        json_schema_extra={"format": "hetu"},
    ),
    AfterValidator(_hetu),
]
Email = Annotated[
    str,
    Field(
        max_length=LONGEST_ADDRESS,
        description="The domain may have letters of its own; it is stored as mail servers know it (IDNA 2008)",
        json_schema_extra={"format": "email"},
    ),
    BeforeValidator(_typed),
    AfterValidator(_email),
]
Phone = Annotated[
    str,
    Field(max_length=LONGEST_TELEPHONE, description="One phone number, such as +358 40 123 4567"),
    BeforeValidator(_typed),
    AfterValidator(_phone),
]
Day = Annotated[dt.date, BeforeValidator(_day)]
Instant = Annotated[AwareDatetime, Field(ge=LONG_AGO, le=FAR_AHEAD), BeforeValidator(_instant)]
Euros = Annotated[
    Decimal,
    Field(ge=0, max_digits=10, decimal_places=2),
    BeforeValidator(_number),
    AfterValidator(_cents),
    _number_schema(0, 99_999_999.99, r"^[0-9]{1,8}(\.[0-9]{1,2})?$"),
]
SquareMetres = Annotated[
    Decimal,
    Field(ge=1, max_digits=6, decimal_places=1),
    BeforeValidator(_number),
    _number_schema(1, 99_999.9, r"^[0-9]{1,5}(\.[0-9])?$"),
]
