import unicodedata

import pytest
from babel import Locale
from django.db import connection
from django.utils import translation

from applications.districts import SWEDISH
from core.alphabet import alphabetical

HARD = """Aalto|aalto-Virta|Ahlgren|Édith|Édouard|Õun|von Essen|von-Essen|Vonkka|Virta|Wikström|Vuori|Wuori|Žukov|Zidan
Åberg|Åström|Ähtäri|Ærø|Ödla|Øhman|Öhman-Ek|Müller|Myra|Đorđević|Dyer|Łukasz|Lukko|Raßmann|Rasi|Ratia|Tüür|Tyni|Työ
O Brien|O-Brien|O'Brien|O’Neill|d'Arc|D’Amico|Dalí|Þórsson|Tikka|Tahvo|J. R. Ewing|Æbeltoft|Œuvre|Ioánnou|Ñuñez|Nunez
Nguyễn|Nguyen Anh|Şahin|Çelik|Иванов|Шевченко|Αθηνά|محمد|Ismail|Ismail Ali|São Tomé|Côte|Čapek|Škoda|Ångström|Świda
von Döbeln|af Ursin|Af Ursinus|Őry|Þór Vík|Ôkuma|Jürgens|Jyrki|Kűrti|Ezop|Eðvarð
de la Cruz|De Lacy|Mac Donald|MacDonald|Sankt 1|Sankt 2|Sankt Anna"""


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


def names_to_sort(language):
    """Return names no two of which are the same but for case and marks, whose order nobody would look for."""
    districts = SWEDISH.values() if language == "sv" else SWEDISH
    return sorted({*Locale(language).territories.values(), *districts, *HARD.replace("\n", "|").split("|")})


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no ICU to compare with")
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_names_stand_in_the_order_of_icu(language):
    """ADR 38: the key agrees with ICU, which comes with PostgreSQL."""
    names = names_to_sort(language)
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT name FROM unnest(%s::text[]) AS name ORDER BY name COLLATE "{language}-x-icu"', [names]
        )
        by_icu = [name for (name,) in cursor]

    assert in_order(names, language) == by_icu
