import pytest
from django.utils import translation

from applications import details
from applications.districts import DISTRICTS, district_choices, district_name
from applications.enums import Feature
from applications.form.wishes import Wishes
from tests import cast
from tests.applications.factories import applicant, application

ANSWERS = {"purpose": "new", "flat_types": ["2"], "highest_rent": "1100"}


@pytest.mark.parametrize(
    ("language", "first", "last"),
    [
        ("fi", ["Alppila", "Arabianranta", "Haaga"], ["Töölö", "Vallila", "Vuosaari"]),
        ("sv", ["Alphyddan", "Arabiastranden", "Berghäll"], ["Vallgård", "Åggelby", "Östra centrum"]),
        ("en", ["Alppila", "Arabianranta", "Haaga"], ["Töölö", "Vallila", "Vuosaari"]),
    ],
)
def test_districts_are_named_and_sorted_in_the_language_of_the_page(language, first, last):
    with translation.override(language):
        names = [name for _area, name in district_choices()]

    assert (names[:3], names[-3:]) == (first, last)
    assert len(set(names)) == len(DISTRICTS)


def test_districts_of_a_document_stand_in_the_order_of_finnish():
    with translation.override("fi"):
        assert [area for area, _name in district_choices()] == DISTRICTS


def test_area_that_is_no_district_stays_as_it_was_written():
    with translation.override("sv"):
        assert [district_name("Kallio"), district_name("Nära havet")] == ["Berghäll", "Nära havet"]


def test_document_holds_the_same_districts_in_whichever_language_they_were_chosen():
    with translation.override("sv"):
        typed = {**ANSWERS, "districts": ["Kallio", "Haaga"], "other_areas": "Nära havet"}  # Berghäll, Haga
        form = Wishes(prefix="w", typed=typed)
        assert form.is_valid(), form.errors
        areas = form.facts()["wishes"]["areas"]

    assert areas == ["Haaga", "Kallio", "Nära havet"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("fi", ["Arabianranta", "Kallio", "Oulunkylä", "Nära havet", "Annala"]),
        ("sv", ["Arabiastranden", "Berghäll", "Åggelby", "Nära havet", "Annala"]),
        ("en", ["Arabianranta", "Kallio", "Oulunkylä", "Nära havet", "Annala"]),
    ],
)
def test_application_names_and_sorts_its_areas_in_the_language_of_the_page(language, shown):
    """What somebody typed stays as it is, in their order, after the districts."""
    content = cast.document()["content"]
    content["wishes"]["areas"] = ["Nära havet", "Oulunkylä", "Kallio", "Annala", "Arabianranta"]
    sent = application(cast.MAIJA, content=content)

    with translation.override(language):
        sections = details.sections(sent.version, applicant(sent, cast.MAIJA))

    assert "\n".join(shown) in [row.value for section in sections for row in section.rows]


def test_wooden_districts_have_swedish_names():
    with translation.override("sv"):
        assert (str(Feature.PUU_KAPYLA.label), str(Feature.PUU_VALLILA.label)) == ("Trä-Kottby", "Trä-Vallgård")
