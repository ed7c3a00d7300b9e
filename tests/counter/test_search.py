import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from applications import references
from applications.models import Applicant, Application
from counter import search
from counter.search import SearchReason
from records.enums import Event
from records.models import Entry
from records.names import applicant_subject, staff_chain
from tests.applications.factories import applicant, application, confirm
from tests.cast import MAIJA, OLLI, OTSO, VERA, VILLE
from tests.staff import acting, staff

pytestmark = pytest.mark.django_db

FULL_WIDTH_MINUS = "－"


def named(first_names, last_name, **more):
    return {"first_names": first_names, "last_name": last_name, "hetu": OTSO["hetu"], **more}


def names_found(text):
    return [str(hit.applicant) for hit in search.search(text).hits]


def found_by(text):
    return search.search(text).event


@pytest.mark.parametrize(
    "shape",
    [
        "{number}",
        "{reference}",
        "  {number}\t",
        "{lower}",
        "{number} ",
        "https://confirm.example.fi/fi/confirm/{number}/",
        "http://127.0.0.1:8000/sv/confirm/{reference}?from=slip",
        "Hakemus {number}",
    ],
)
def test_number_is_found_in_every_form(shape):
    sent = application(MAIJA, OLLI)
    typed = shape.format(number=sent.number, reference=sent.reference, lower=sent.number.lower())

    found = search.search(typed)

    assert found.event == Event.SEARCH_BY_NUMBER
    assert found.only == sent
    assert [hit.applicant.position for hit in found.hits] == [0, 1]


def test_number_with_other_dashes_and_spaces_is_found():
    sent = application(MAIJA)
    parts = sent.number.split("-")

    assert search.search("–".join(parts)).only == sent
    assert search.search(" ".join(parts)).only == sent
    assert search.search("\u2212".join(parts)).only == sent
    assert search.search("\u200b" + "\u00ad-".join(parts)).only == sent


def test_number_with_one_wrong_character_is_said_to_be_mistyped():
    Application.objects.filter(pk=application(MAIJA).pk).update(reference="K7MP3XQ4T")

    with pytest.raises(search.Mistyped):
        search.search("27MP3XQ4T")


@pytest.mark.parametrize("typed", ["K7M-P3X", "K7M-P3X-Q4TT", "O7M-P3X-Q40", "BCDFGHJKM"])
def test_number_that_cannot_be_one_is_said_to_be_mistyped(typed):
    with pytest.raises(search.Mistyped):
        search.search(typed)


def test_number_of_no_application_finds_nobody():
    assert search.search(references.new()).hits == []


@pytest.mark.parametrize(
    "shape",
    ["010594Y9032", "010594y9032", " 010594Y9032 ", "010594Y 9032", "010594Y9032\t"],
)
def test_code_is_found_in_any_case_and_with_spaces(shape):
    sent = application(MAIJA, OLLI)

    found = search.search(shape)

    assert found.event == Event.SEARCH_BY_CODE
    assert [(hit.application, str(hit.applicant)) for hit in found.hits] == [(sent, "Maija Liisa Meikäläinen")]


@pytest.mark.parametrize("dash", ["-", "–", "−", "—", "‐", FULL_WIDTH_MINUS])
def test_code_is_found_with_any_dash(dash):
    sent = application({**MAIJA, "hetu": "010594-9032"})

    assert search.search(f"010594{dash}9032").only == sent


@pytest.mark.parametrize("typed", ["010594Y9033", "010594Y903", "310294Y9032", "010594-90322", "0105949032"])
def test_code_that_cannot_be_one_is_said_to_be_wrong(typed):
    with pytest.raises(search.WrongCode):
        search.search(typed)


def test_code_of_nobody_finds_nobody():
    application(MAIJA)

    assert search.search(OTSO["hetu"]).hits == []


def test_code_finds_nobody_who_no_longer_applies():
    sent = application(MAIJA, OLLI)
    Applicant.objects.filter(version=sent.version, position=1).update(version=other_version(sent))

    assert search.search(OLLI["hetu"]).hits == []


def other_version(sent):
    """Return an earlier version of the application."""
    version = sent.version
    version.pk, version.number = None, 9
    version.save(force_insert=True)
    Application.objects.filter(pk=sent.pk).update(current=sent.versions.exclude(pk=version.pk).get())
    return version


@pytest.mark.parametrize(
    "typed",
    [
        "Öhman",
        "ohman",
        "OHMAN",
        "öhm",
        "Öhman Olli",
        "olli öhman",
        "Ol Oh",
        "O\u0308hman",
        "Öhman,Olli",
        "öhman  OLLI",
        "\u200bÖh\u00adman\u00a0Olli",
    ],
)
def test_name_is_found_by_parts_in_any_order_and_without_diacritics(typed):
    application(MAIJA, OLLI)

    assert names_found(typed) == ["Olli Öhman"]
    assert found_by(typed) == Event.SEARCH_BY_NAME


def test_name_is_found_once_however_often_its_parts_fit():
    application(named("Anna Annikki", "Annala"))

    assert names_found("ann") == ["Anna Annikki Annala"]


@pytest.mark.parametrize("typed", ["%", "_", "Öh%", "O_man", "%%%%", "' OR 1=1 --", "\\"])
def test_name_with_wildcards_finds_nobody_by_them(typed):
    application(MAIJA, OLLI)

    try:
        found = names_found(typed)
    except search.CannotFind:
        found = []

    assert found in ([], ["Olli Öhman"])
    assert found == [] or typed == "Öh%"  # whose letters alone are looked for


@pytest.mark.parametrize("typed", ["Ö", "o m", "- -", "…", "'"])
def test_name_of_single_letters_is_too_short(typed):
    with pytest.raises(search.TooShort):
        search.search(typed)


def test_open_applications_come_before_ended_ones():
    ended, waiting = application(VERA), application(VERA, VILLE)
    Application.objects.filter(pk=ended.pk).update(state="withdrawn")
    later_ended = application(VILLE)
    Application.objects.filter(pk=later_ended.pk).update(state="lapsed")

    found = search.search("virtanen")

    assert [hit.application.pk for hit in found.hits] == [waiting.pk, waiting.pk, ended.pk, later_ended.pk]
    assert found.only is None


@pytest.mark.parametrize(
    ("language", "order"),
    [("fi", ["Zidan", "Åberg", "Ähtäri", "Öhman"]), ("en", ["Åberg", "Ähtäri", "Öhman", "Zidan"])],
)
def test_people_stand_in_the_order_of_the_language(language, order):
    for last_name in ("Öhman", "Zidan", "Ähtäri", "Åberg"):
        application(VERA | {"last_name": last_name})

    with translation.override(language):
        found = search.search("vera")

    assert [hit.applicant.last_name for hit in found.hits] == order


def test_more_people_than_are_shown_are_told_of(monkeypatch):
    monkeypatch.setattr(search, "MOST_HITS", 2)
    for who in (VERA, VILLE):
        application(who)

    exactly, more = search.search("virtanen"), None
    application(VERA)
    more = search.search("virtanen")

    assert (len(exactly.hits), exactly.has_more) == (2, False)
    assert (len(more.hits), more.has_more) == (2, True)


def test_one_application_out_of_more_than_are_shown_is_not_the_only_one(monkeypatch):
    monkeypatch.setattr(search, "MOST_HITS", 1)
    application(VERA)
    application(VILLE)

    assert search.search("virtanen").only is None


@pytest.mark.parametrize(
    ("typed", "event", "facts"),
    [
        ("{number}", "search_by_number", {"number": "{number}", "found": 2}),
        ("010594Y9032", "search_by_code", {"found": 1, "reason": "contact"}),
        ("Meikäläinen", "search_by_name", {"found": 1}),
        ("Nobody", "search_by_name", {"found": 0}),
    ],
)
def test_search_is_recorded_without_code_and_name(typed, event, facts, caplog):
    sent, adviser = application(MAIJA, OLLI), staff("adviser")
    expected = {
        key: value.format(number=sent.number) if isinstance(value, str) else value for key, value in facts.items()
    }

    search.find_people(typed.format(number=sent.number), reason=SearchReason.CONTACT, by=acting("adviser"))

    entry = Entry.objects.get(chain__name=staff_chain(adviser.pk, timezone.localdate().year))
    assert (entry.event, entry.facts, entry.role, entry.user_id) == (event, expected, "adviser", adviser.pk)
    stored = repr(list(Entry.objects.values())) + caplog.text
    assert [secret for secret in ("010594", "Meikäläinen", "Nobody") if secret in stored] == []


def test_search_that_finds_one_person_says_whom():
    sent = application(MAIJA, OLLI)

    search.find_people(OLLI["hetu"], reason=SearchReason.HERE, by=acting("adviser"))
    search.find_people(sent.number, reason=SearchReason.HERE, by=acting("adviser"))

    subjects = [entry.subject for entry in Entry.objects.filter(chain__name__startswith="staff").order_by("number")]
    assert subjects == [applicant_subject(applicant(sent, OLLI).pk), ""]


def test_refused_search_records_nothing():
    with pytest.raises(search.WrongCode):
        search.find_people("010594Y9033", reason=SearchReason.HERE, by=acting("adviser"))

    assert not Entry.objects.filter(chain__name__startswith="staff").exists()


def test_number_of_queries_does_not_grow_with_the_people():
    for who in (VERA, VILLE):
        application(who)
    with CaptureQueriesContext(connection) as two:
        search.search("virtanen")
    for _ in range(14):
        confirm(application(VERA, VILLE), VERA)

    with CaptureQueriesContext(connection) as many:
        found = search.search("virtanen")

    assert len(found.hits) == 30
    assert len(many) == len(two) == 3
