import pytest

from core import masking


def test_a_masked_code_shows_the_birth_date_alone():
    assert masking.mask_hetu("010594Y9032") == "010594Y••••"


def test_a_code_that_is_not_known_is_masked_too():
    assert masking.mask_hetu("") == "••••"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("010594–903X", "010594–••••"),
        ("010594‑903X", "010594‑••••"),
        ("010594 -903X", "010594 -••••"),
        ("010594 - 903X", "010594 - ••••"),
        ("01 05 94 − 903 x", "01 05 94 − •••••"),
        ("my code:010594\u200b-\u00ad9\u200e03X, thank you", "my code:010594\u200b-\u00ad•••••, thank you"),
        ("310294-9032", "310294-••••"),
        ("999999y903g", "999999y••••"),
        ("010594-9032 010594Y9021", "010594-•••• 010594Y••••"),
        ("010594%20%E2%80%93%20903X", "010594%20%E2%80%93%20••••"),
        ("01+05+94+-+903+X", "01+05+94+-+•••••"),
        (r"010594\xa0\u2011903X", r"010594\xa0\u2011••••"),
        ("010594&nbsp;&ndash;903X", "010594&nbsp;&ndash;••••"),
        ("٠١٠٥٩٤-٩٠٣2", "٠١٠٥٩٤-••••"),
    ],
)
def test_whatever_may_be_a_code_is_masked(text, masked):
    assert masking.mask_codes(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "K7M-P3X-Q4T",
        "234567B89",
        "234567B89 100",
        "Entry 3 of application 1: 0105:94a9:032e:1234",
        "2026-11-21T10:00:00.123456+00:00",
        "100 000–120 000 €",
        "1 000 000 - 1 200 000 €",
        "+358 40 123 4567",
        "040 123 4567, 09 310 1691",
        "Kauppakatu 12 A 34, 00100 Helsinki",
        "14.2.2027–28.2.2027",
        "010594-90",
    ],
)
def test_numbers_of_other_kinds_stay(text):
    assert masking.mask_codes(text) == text
