import json

import pytest
from django.utils import translation

from applications import changes, details, document
from applications.models import Application
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, application, person

pytestmark = pytest.mark.django_db

SECRETS_OF_MAIJA = {
    "code": "9032",
    "address": "Salainen katu 7",
    "email": "maija.secret@example.test",
    "phone": "050 765 4321",
    "income": "4321.09",
    "assets": "98765",
    "municipality": "Kauniainen",
    "more": "Only the main applicant wrote this",
}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def household():
    """Maija, whose every detail is a value of its own, with Olli and a child."""
    maija = cast.applicant(
        cast.MAIJA,
        address="Salainen katu 7",
        email="maija.secret@example.test",
        phone="050 765 4321",
        municipality="Kauniainen",
        income={"monthly_gross": "4321.09", "assets": "98765"},
    )
    content = cast.document()["content"]
    content["home"]["address"] = "Salainen katu 7"
    content["more"] = "Only the main applicant wrote this"
    child = {"first_names": "Lapsi", "last_name": "Öhman", "hetu": "020516C903K"}
    return application(
        cast.MAIJA,
        cast.OLLI,
        main_applicant=maija,
        content=content,
        others_moving_in=[child, {"due_date": cast.day(90)}],
    )


def shown(sent, who):
    read = Application.objects.with_people().get(pk=sent.pk)
    me = read.applicant_of(person(who))
    return details.sections(read.version, me)


def as_text(sections):
    return json.dumps([[str(s.title), str(r.label), r.value] for s in sections for r in s.rows], ensure_ascii=False)


def test_sections_show_the_main_applicant_their_own_details():
    text = as_text(shown(household(), cast.MAIJA))

    for value in (
        "010594Y••••",
        "Salainen katu 7",
        "maija.secret@example.test",
        "050 765 4321",
        "Kauniainen",
    ):
        assert value in text
    assert "Only the main applicant wrote this" in text


@pytest.mark.parametrize("secret", SECRETS_OF_MAIJA.values(), ids=SECRETS_OF_MAIJA)
def test_sections_show_a_co_applicant_nothing_of_the_others_own(secret):
    """J2, R16: whoever the other is, protected or not"""
    text = as_text(shown(household(), cast.OLLI)).replace("\u00a0", "").replace(",", ".")

    assert secret not in text


def test_sections_show_everybody_the_names_and_what_the_household_looks_for():
    text = as_text(shown(household(), cast.OLLI))

    for value in (
        "Maija Liisa Meikäläinen",
        "Olli Öhman",
        "Lapsi Öhman",
        "Unborn child",
        "Kallio\\nVallila",
        "1,100.00",
    ):
        assert value in text


@pytest.mark.parametrize("who", [cast.MAIJA, cast.OLLI])
def test_sections_never_show_a_whole_code(who):
    """R17"""
    text = as_text(shown(household(), who))

    for code in (cast.MAIJA["hetu"], cast.OLLI["hetu"], "020516C903K"):
        assert code not in text


def test_sections_mark_the_readers_own_details():
    sections = shown(household(), cast.OLLI)

    assert [s.own for s in sections] == [True, False, False, False, False]


def test_since_tells_what_it_was_before_what_came_and_what_went():
    """R6"""
    sent = household()
    read = sent.version.digest
    new = cast.document(cast.MAIJA, cast.OLLI)
    new["content"]["wishes"] |= {"highest_rent": "1250", "lowest_floor": 2, "features": []}
    changes.put(sent, document.parse(new), tag=read, by=HOUSING_SYSTEM)
    now = Application.objects.with_people().get(pk=sent.pk)

    sections = details.since(read, now, now.applicant_of(person(cast.OLLI)))

    changed = {str(r.label): (r.before, r.value) for s in sections for r in s.rows if r.changed}
    assert changed == {
        "Others moving in": ("Lapsi Öhman\nUnborn child", ""),
        "Maximum rent per month": ("1,100.00\u00a0€", "1,250.00\u00a0€"),
        "Lowest floor": ("", "2"),
        "Wishes": ("Lift", ""),
    }


def test_since_shows_somebody_who_was_not_in_the_former_version_just_the_present_one():
    sent = application(cast.MAIJA)
    read = sent.version.digest
    changes.put(sent, document.parse(cast.document(cast.MAIJA, cast.OLLI)), tag=read, by=HOUSING_SYSTEM)
    now = Application.objects.with_people().get(pk=sent.pk)

    sections = details.since(read, now, now.applicant_of(person(cast.OLLI)))

    assert not any(r.changed for s in sections for r in s.rows)
