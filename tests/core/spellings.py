"""Personal identity codes and names as people write them.

Codes come in any case, with any dash, and with blanks and unseen characters; names in their one form.
"""

import datetime as dt
import re

from hypothesis import strategies as st

from core import text
from core.personal_names import NotAName, personal_name

CHECKS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
SIGNS = {1800: "+", 1900: "-YXWVU", 2000: "ABCDEF"}
EVERY_CHARACTER = "".join(map(chr, range(0x110000)))
DASHES = re.findall(f"[{text.DASHES}]", EVERY_CHARACTER)
BLANKS = re.findall(f"[{text.BLANKS}]", EVERY_CHARACTER)
INVISIBLE = re.findall(f"[{text.INVISIBLE}]", EVERY_CHARACTER)


def code(born, number, sign):
    digits = f"{born:%d%m%y}{number:03}"
    return f"{born:%d%m%y}{sign}{number:03}{CHECKS[int(digits) % 31]}"


@st.composite
def codes(draw, numbers=st.integers(2, 999), until=dt.date(2026, 11, 21)):  # noqa: B008  # a strategy is a constant
    """Return a code in its official form, and the birth date that it holds."""
    born = draw(st.dates(dt.date(1800, 1, 1), until))
    sign = draw(st.sampled_from(SIGNS[born.year // 100 * 100]))
    return code(born, draw(numbers), sign), born


gaps = st.text(st.one_of(st.sampled_from(BLANKS), st.sampled_from(INVISIBLE)), max_size=2)


@st.composite
def spellings(draw):
    """Return a code in its official form, and a spelling of it; some are written as they should be."""
    official = draw(codes(until=dt.date(2020, 1, 1)))[0]
    characters = [draw(st.sampled_from([each, each.lower()])) for each in official]
    if characters[6] == "-":
        characters[6] = draw(st.sampled_from(DASHES))
    between = [draw(gaps) for _ in range(12)] if draw(st.booleans()) else [""] * 12
    return official, "".join(gap + each for gap, each in zip(between, [*characters, ""], strict=True))


def _is_name(typed):
    try:
        return personal_name(typed) == typed
    except NotAName:
        return False


NAMES = ["Maija Liisa", "J. R.", "d’Arc", "O'Neill-Ó Dálaigh", "Gal·la", "III", "Đặng", "क्\u200dष", "علی\u200cرضا"]
personal_names = st.one_of(
    st.sampled_from(NAMES),
    st.text(st.characters(categories=["L"]), min_size=1, max_size=200).filter(_is_name),
)
