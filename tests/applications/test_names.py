import pytest

from applications import names
from tests import cast
from tests.applications.factories import application

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Olli Öhman", [b"olli", b"ohman"]),
        ("Ylva-Kristina ÖHMAN-Lindqvist", [b"ylva", b"kristina", b"ohman", b"lindqvist"]),
        ("O\u0308hman", [b"ohman"]),  # composed of two characters
        ("Søren Strauß Ægir", [b"soren", b"strauss", b"aegir"]),
        ("d'Arc  (Anna)", [b"d", b"arc", b"anna"]),
        ("Anna Anna", [b"anna"]),
        ("Иван", ["иван".encode()]),
        ("%_ \0 ★", []),
    ],
)
def test_parts_leave_out_what_people_leave_out(name, parts):
    assert names.parts(name) == parts


@pytest.mark.parametrize("text", ["öhman", "OHMAN olli", "Olli Öhman", "oh ol", "öhm"])
def test_find_takes_any_order_case_and_diacritics(text):
    sent = application(cast.MAIJA, cast.OLLI)
    application(cast.OTSO)

    assert [(str(found), found.version.application) for found in names.find(text)] == [("Olli Öhman", sent)]


@pytest.mark.parametrize("text", ["", "%", "_lli", "hman", "olli meikäläinen", "Öhmann"])
def test_find_needs_the_beginning_of_every_part(text):
    application(cast.MAIJA, cast.OLLI)

    assert list(names.find(text.replace("_", "%"))) == []


def test_find_knows_current_versions_only():
    sent = application(cast.MAIJA, cast.OLLI)
    sent.current = None
    sent.save()

    assert list(names.find("Olli")) == []
