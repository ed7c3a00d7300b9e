import unicodedata

import pytest
from django.utils import translation

from core.alphabet import alphabetical


def in_order(names, language):
    with translation.override(language):
        return sorted(names, key=alphabetical)


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("fi", ["Aalto", "Édouard", "Õun", "Virta", "von Essen", "von-Essen", "Vonkka", "Wikström", "Zidan", "Žukov"]),
        ("fi", ["Zidan", "Þórsson", "Åberg", "Ähtäri", "Ærø", "Ödla", "Øhman", "Öhman-Ek", "Иванов"]),
        ("sv", ["Dalí", "Đorđević", "Dyer", "Müller", "Myra", "Tahvo", "Þórsson", "Tikka", "Zorn", "Åberg", "Äng"]),
        ("sv", ["El Salvador", "Elfenbenskusten", "Zorn", "Åland", "Österrike"]),
        ("fi", ["Łukasz", "Lukko", "Lumi", "Rasi", "Raßmann", "Ratia", "Tuominen", "Tyni", "Tüür", "Työ"]),
        ("en", ["Åberg", "Abramov", "Ähtäri", "Ødegaard", "Öhman", "Olsen", "Zidan"]),
        ("fi", ["O Brien", "O-Brien", "O'Brien", "O3", "Oasis"]),
    ],
)
def test_names_stand_in_the_order_of_the_language(language, names):
    assert in_order(reversed(names), language) == names


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_how_a_letter_is_encoded_and_its_case_do_not_count(language):
    names = ["ÅBERG", "Zidan", "aalto", "Öhman", "édouard"]
    apart = [unicodedata.normalize("NFD", name) for name in names]

    assert [unicodedata.normalize("NFC", name) for name in in_order(apart, language)] == in_order(names, language)


def test_names_that_differ_in_marks_alone_stand_side_by_side_in_one_order():
    assert in_order(["Réunion", "Reunion"], "fi") == in_order(["Reunion", "Réunion"], "fi") == ["Reunion", "Réunion"]
