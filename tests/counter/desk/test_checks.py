import datetime as dt

import pytest
from django.utils import timezone, translation

from applications import changes, document
from applications.models import IdCheck
from counter import countries
from counter.models import DocumentType
from tests.applications.factories import HOUSING_SYSTEM, applicant, application, confirm
from tests.cast import MAIJA, OLLI
from tests.cast import document as written
from tests.conftest import headings
from tests.counter.checks import ETHAN, check, doubtful, end_of_code, fresh, undo
from tests.counter.desk.arranged import address, entries, text_of
from tests.staff import staff

pytestmark = pytest.mark.django_db


def at(sent, position=0, language="en"):
    return address("desk_check", sent.reference, position, language=language)


FOR_GOOD = {
    "representative": "proxy",
    "representative_name": "Gun Gran",
    "basis_document": "Power of attorney",
    "basis_has_no_end": "on",
}


def form(sent, position=0, **different):
    """Return the common case: a Finnish passport that matches."""
    slot = sent.version.applicants.get(position=position)
    filled = {
        "version": slot.version.digest,
        "document_type": DocumentType.objects.get(code="passport").pk,
        "country": "FI",
        "document_valid_until": "31.1.2036",
        "code": end_of_code(slot) or None,
        "picture_matches": "on",
        "name_matches": "on",
    }
    return {name: value for name, value in {**filled, **different}.items() if value is not None}


def errors(response):
    return {name: [str(error) for error in found] for name, found in response.context["form"].errors.items()}


def test_form_shows_beside_it_whose_slot_it_is_with_the_code_masked(adviser):
    """R17"""
    response = adviser.get(at(application(MAIJA)))

    text = text_of(response)
    assert headings(response)[0] == "Maija Liisa Meikäläinen"
    assert "Maija Liisa Meikäläinen" in text
    assert "1 May 1994" in text
    assert "010594Y••••" in text
    assert MAIJA["hetu"] not in response.content.decode()


def test_form_of_somebody_without_a_code_says_what_to_compare(adviser):
    """R3"""
    sent = application(MAIJA, co_applicants=[ETHAN])

    text = text_of(adviser.get(at(sent, 1)))

    assert text.count("This person has no Finnish personal identity code.") == 1
    assert "Compare the name and the date of birth." in text
    assert "14 March 1990" in text


def test_form_offers_the_types_that_are_on_and_finland_first(adviser):
    """C3"""
    fields = adviser.get(at(application(MAIJA))).context["form"].fields

    assert [str(each) for each in fields["document_type"].queryset] == ["Passport", "Identity card"]
    assert fields["country"].choices[0] == ("FI", "Finland")


def test_form_asks_for_no_number_of_a_document(adviser):
    """C2"""
    assert set(adviser.get(at(application(MAIJA))).context["form"].fields) == {
        "document_type",
        "country",
        "document_valid_until",
        "document_has_no_end",
        "code",
        "code_is_absent",
        "code_has_changed",
        "picture_matches",
        "name_matches",
        "name_reason",
        "is_doubtful",
        "note",
        "representative",
        "representative_name",
        "basis_document",
        "basis_valid_until",
        "basis_has_no_end",
    }


@pytest.mark.parametrize(("language", "finland", "aland"), [("fi", "Suomi", "Ahvenanmaa"), ("sv", "Finland", "Åland")])
def test_countries_are_named_in_the_language_of_the_page(language, finland, aland):
    with translation.override(language):
        named = dict(countries.choices())

    assert (named["FI"], named["AX"], len(named)) == (finland, aland, 250)


@pytest.mark.parametrize(
    ("language", "some"),
    [
        ("fi", ["Suomi", "Afganistan", "Ahvenanmaa", "Ranska", "Réunion", "Romania", "Tšad", "Tšekki", "Turkki"]),
        ("sv", ["Finland", "El Salvador", "Elfenbenskusten", "Zimbabwe", "Åland", "Österrike", "Östtimor"]),
        ("en", ["Finland", "Afghanistan", "Åland Islands", "Albania", "Côte d’Ivoire", "Croatia", "Türkiye"]),
    ],
)
def test_countries_stand_in_the_order_of_the_language_after_finland(language, some):
    with translation.override(language):
        names = [name for _code, name in countries.choices()]

    assert [name for name in names if name in some] == some


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_country_has_a_name_in_every_language(language):
    with translation.override(language):
        assert [code for code, name in countries.choices() if name == code] == []


def test_check_is_saved_and_leads_on_to_confirming(adviser):
    sent = application(MAIJA)

    response = adviser.post(at(sent), form(sent), follow=True)

    made = IdCheck.objects.get()
    assert (made.applicant, made.adviser) == (applicant(sent, MAIJA), staff("adviser"))
    assert made.document_valid_until == dt.date(2036, 1, 31)
    assert response.redirect_chain == [(address("desk_confirm", sent.reference, 0), 302)]
    assert "The ID check has been saved." in text_of(response)


def test_check_leads_on_to_the_account_where_that_was_pressed(adviser):
    sent = application(MAIJA)

    response = adviser.post(at(sent), {**form(sent), "account": ""})

    assert response.url == address("desk_account", sent.reference, 0)


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize(
    "day",
    [
        *("31.1.2036", "31.01.2036", "31.1.36", "310136", "31012036", "31/1/2036", "31/01/36", "31-01-2036"),
        *("31-1-36", "2036-01-31", "31 01 2036", "31 1 36", "31.1.2036."),
    ],
)
def test_day_is_typed_in_the_same_ways_in_every_language(adviser, language, day):
    sent = application(MAIJA)

    adviser.post(at(sent, language=language), form(sent, document_valid_until=day))

    assert IdCheck.objects.get().document_valid_until == dt.date(2036, 1, 31)


def test_day_gone_by_is_refused_at_its_field_and_everything_typed_is_kept(adviser):
    """C2"""
    sent = application(MAIJA)
    yesterday = timezone.localdate() - dt.timedelta(days=1)

    response = adviser.post(
        at(sent), form(sent, document_valid_until=yesterday.isoformat(), country="SE", note="Look")
    )

    assert errors(response) == {"document_valid_until": ["The document has expired. Ask for another one."]}
    shown = response.content.decode()
    assert f'value="{yesterday.day}\u00a0{yesterday:%b}\u00a0{yesterday.year}"' in shown
    assert '<option value="SE" selected>' in shown
    assert "Look</textarea>" in shown
    assert IdCheck.objects.count() == 0


@pytest.mark.parametrize(
    ("language", "shown"), [("fi", "31.1.2036"), ("sv", "31.1.2036"), ("en", "31\u00a0Jan\u00a02036")]
)
def test_day_is_read_back_as_it_was_understood_beside_an_error_elsewhere(adviser, language, shown):
    sent = application(MAIJA)

    response = adviser.post(at(sent, language=language), form(sent, document_valid_until="310136", name_matches=None))

    assert list(errors(response)) == ["name_matches"]
    assert f'value="{shown}"' in response.content.decode()


def test_what_was_read_back_is_taken_as_it_stands(adviser):
    sent = application(MAIJA)

    adviser.post(at(sent), form(sent, document_valid_until="31\u00a0Jan\u00a02036"))

    assert IdCheck.objects.get().document_valid_until == dt.date(2036, 1, 31)


@pytest.mark.parametrize(
    ("years", "days", "is_taken"), [(15, 0, True), (15, 1, False), (73, 0, False), (1000, 0, False)]
)
def test_day_of_more_than_15_years_ahead_is_a_slip_of_the_keys(adviser, years, days, is_taken, time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 29, 10, tzinfo=dt.UTC))
    sent = application(MAIJA)
    day = dt.date(2026 + years, 11, 29) + dt.timedelta(days=days)

    response = adviser.post(at(sent), form(sent, document_valid_until=day.isoformat()))

    assert IdCheck.objects.exists() == is_taken
    if not is_taken:
        assert "The day is more than 15 years ahead. Check the year." in text_of(response)
        assert list(errors(response)) == ["document_valid_until"]


def test_document_without_an_end_is_recorded_with_a_note(adviser):
    """C2"""
    sent = application(MAIJA)
    endless = {"document_valid_until": None, "document_has_no_end": "on", "note": "Kort utan slutdatum"}

    adviser.post(at(sent), form(sent, **endless))

    made = IdCheck.objects.get()
    assert (made.document_valid_until, made.document_has_no_end, made.pending_reason) == (None, True, "")
    shown = text_of(adviser.get(address("desk_check_made", made.pk)))
    assert "Last day of validity No end date" in shown


def test_last_day_today_is_taken(adviser):
    """C2"""
    sent = application(MAIJA)

    adviser.post(at(sent), form(sent, document_valid_until=timezone.localdate().isoformat()))

    assert IdCheck.objects.count() == 1


@pytest.mark.parametrize(
    ("different", "field"),
    [
        ({"document_type": None}, "document_type"),
        ({"country": "XX"}, "country"),
        ({"document_valid_until": "2/2036"}, "document_valid_until"),
        ({"document_valid_until": None}, "document_valid_until"),
        ({"document_has_no_end": "on", "note": "None"}, "document_has_no_end"),
        ({"document_valid_until": None, "document_has_no_end": "on"}, "note"),
        ({"code": None}, "code"),
        ({"code": "903"}, "code"),
        ({"code_is_absent": "on", "note": "A foreign passport"}, "code_is_absent"),
        ({"code": None, "code_is_absent": "on"}, "note"),
        ({"picture_matches": None}, "picture_matches"),
        ({"name_matches": None}, "name_matches"),
        ({"name_reason": "Married"}, "name_reason"),
        ({"is_doubtful": "on"}, "note"),
        ({"name_matches": None, "name_reason": "Was 010594Y9032"}, "name_reason"),
        ({"is_doubtful": "on", "note": "Code 010594Y9032"}, "note"),
        ({"note": "Nu\x00l"}, "note"),
        ({**FOR_GOOD, "representative_name": None}, "representative_name"),
        ({**FOR_GOOD, "basis_document": None}, "basis_document"),
        ({**FOR_GOOD, "representative": None}, "representative"),
        ({**FOR_GOOD, "basis_has_no_end": None}, "basis_valid_until"),
        ({**FOR_GOOD, "basis_valid_until": "1.1.2036"}, "basis_has_no_end"),
        ({**FOR_GOOD, "basis_has_no_end": None, "basis_valid_until": "1.1.2100"}, "basis_valid_until"),
        (
            {
                "representative": "proxy",
                "representative_name": "Gun",
                "basis_document": "Letter",
                "basis_valid_until": "1.1.2020",
            },
            "basis_valid_until",
        ),
    ],
)
def test_what_is_missing_or_wrong_is_said_at_its_field(adviser, different, field):
    sent = application(MAIJA)

    response = adviser.post(at(sent), form(sent, **different))

    assert list(errors(response)) == [field]
    assert f'href="#id_{field}"' in response.content.decode()
    assert IdCheck.objects.count() == 0


def test_part_of_a_representative_stands_open_once_something_is_in_it(adviser):
    sent = application(MAIJA)

    closed = adviser.get(at(sent)).content.decode()
    with_error = adviser.post(at(sent), form(sent, representative="guardian")).content.decode()

    assert ("<details>" in closed, "<details open>" in closed) == (True, False)
    assert "<details open>" in with_error


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            "The picture and the name are then those of the guardian or proxy. Compare the picture with the person",
        ),
        ("fi", "Kuva ja nimi ovat silloin edunvalvojan tai valtuutetun. Vertaa kuvaa paikalla olevaan henkilöön"),
        ("sv", "Bilden och namnet är då intressebevakarens eller ombudets. Jämför bilden med den som är här"),
    ],
)
def test_form_says_whose_picture_and_name_match_when_a_guardian_is_here(adviser, language, words):
    """C6"""
    sent = application(MAIJA)

    assert words in text_of(adviser.get(address("desk_check", sent.reference, 0, language=language)))


def test_guardian_is_recorded(adviser):
    """C6"""
    sent = application(MAIJA)
    basis = {"representative": "guardian", "representative_name": "Gun Gran", "basis_document": "Register extract"}

    adviser.post(at(sent), form(sent, **basis, basis_valid_until="010136"))

    made = IdCheck.objects.get()
    assert {name: getattr(made, name) for name in basis} == basis
    assert made.basis_valid_until == dt.date(2036, 1, 1)


def test_doubtful_check_says_that_it_waits(adviser):
    """C4"""
    sent = application(MAIJA)

    response = adviser.post(
        at(sent), form(sent, picture_matches=None, is_doubtful="on", note="Another face"), follow=True
    )

    assert IdCheck.objects.get().pending_reason == "doubt"
    assert "It takes effect only when somebody else has accepted it." in text_of(response)


def test_other_type_asks_for_a_note(adviser):
    """C3"""
    DocumentType.objects.filter(code="aliens-passport").update(is_on=True)
    sent = application(MAIJA)
    kind = DocumentType.objects.get(code="aliens-passport").pk

    refused = adviser.post(at(sent), form(sent, document_type=kind))
    adviser.post(at(sent), form(sent, document_type=kind, note="No passport"))

    assert list(errors(refused)) == ["note"]
    assert IdCheck.objects.get().pending_reason == "type"


def change(sent):
    changed = document.parse(written(MAIJA, language="sv"))
    changes.put(sent, changed, tag=sent.version.digest, by=HOUSING_SYSTEM)


def test_application_that_changed_meanwhile_is_said_and_everything_typed_is_kept(adviser):
    """R6"""
    sent = application(MAIJA)
    filled = form(sent, note="Look")
    change(sent)

    response = adviser.post(at(sent), filled)

    sent.refresh_from_db()
    shown = response.content.decode()
    assert response.status_code == 409
    assert "The application has changed in the meantime." in text_of(response)
    assert "Look</textarea>" in shown
    assert f'name="version" value="{sent.version.digest}"' in shown
    assert IdCheck.objects.count() == 0


def test_whoever_has_confirmed_is_offered_a_check_and_after_it_an_account(adviser):
    """J5"""
    sent = application(MAIJA)
    confirm(sent, MAIJA)

    before = adviser.get(address("desk_applicant", sent.reference, 0)).context["form"]
    after = adviser.post(at(sent), form(sent), follow=True).context["actions"]

    assert before.fields
    assert "desk_account" in [action.page for action in after]
    assert "desk_check" not in [action.page for action in after]


def test_second_click_leads_to_the_person_and_records_nothing_more(adviser):
    """R12"""
    sent = application(MAIJA)
    adviser.post(at(sent), form(sent))

    response = adviser.post(at(sent), form(sent), follow=True)

    assert response.redirect_chain == [(address("desk_applicant", sent.reference, 0), 302)]
    assert "has already been checked today" in text_of(response)
    assert IdCheck.objects.count() == 1


def test_opening_the_form_is_recorded_once(adviser):
    """C1"""
    sent = application(MAIJA, OLLI)

    for position in (0, 0, 1):
        adviser.get(at(sent, position))

    maija, olli = applicant(sent, MAIJA), applicant(sent, OLLI)
    assert [subject for _, subject, _ in entries("applicant_opened")] == [
        f"applicant {maija.pk}",
        f"applicant {olli.pk}",
    ]


def test_operator_is_not_let_in(operator):
    assert operator.get(at(application(MAIJA))).status_code == 403


def test_slot_that_is_not_there_is_not_found(adviser):
    assert adviser.get(at(application(MAIJA), 1)).status_code == 404


def test_page_of_a_check_shows_all_that_was_recorded(adviser):
    sent = application(MAIJA)
    made = doubtful(sent, MAIJA, by="supervisor", country="SE", name_matches=False, name_reason="Married in May")

    response = adviser.get(address("desk_check_made", made.pk))

    text = text_of(response)
    for fact in (
        "Is waiting for a second review",
        "Maija Liisa Meikäläinen",
        "010594Y••••",
        sent.number,
        "Passport",
        "Sweden",
        "31 January 2036",
        "Married in May",
        "The picture is old",
        "Sari Supervisor",
        "Työpajankatu 8",
    ):
        assert fact in text
    assert address("desk_decide", made.pk) in response.content.decode()


@pytest.mark.parametrize(
    ("language", "street"), [("fi", "Työpajankatu 8"), ("sv", "Verkstadsgatan 8"), ("en", "Työpajankatu 8")]
)
def test_page_of_a_check_names_the_street_in_the_language_of_the_page(adviser, language, street):
    made = check(application(MAIJA), MAIJA)

    text = text_of(adviser.get(address("desk_check_made", made.pk, language=language)))

    assert [each for each in ("Työpajankatu 8", "Verkstadsgatan 8") if each in text] == [street]


def test_page_of_a_check_offers_only_what_one_may_do(adviser, supervisor):
    """C4, C5"""
    made = doubtful(application(MAIJA), MAIJA)

    own, others = (
        browser.get(address("desk_check_made", made.pk)).content.decode() for browser in (adviser, supervisor)
    )

    assert [address("desk_decide", made.pk) in page for page in (own, others)] == [False, True]
    assert [address("desk_undo", made.pk) in page for page in (own, others)] == [False, True]


def test_page_of_a_check_that_was_undone_says_by_whom_and_why(supervisor):
    """C5"""
    made = check(application(MAIJA), MAIJA)
    undo(made, reason="It was her sister")

    response = supervisor.get(address("desk_check_made", made.pk))

    assert "It was her sister" in text_of(response)
    assert address("desk_undo", made.pk) not in response.content.decode()
    assert fresh(made).status == "undone"


def test_page_of_a_check_that_is_not_there_is_not_found(adviser):
    assert adviser.get(address("desk_check_made", 1)).status_code == 404


def test_check_of_a_guardian_leads_to_confirming_though_an_account_was_pressed(adviser):
    """C6"""
    sent = application(MAIJA)

    response = adviser.post(at(sent), {**form(sent, **FOR_GOOD), "account": ""}, follow=True)

    assert response.request["PATH_INFO"] == address("desk_confirm", sent.reference, 0)
    assert "This person can confirm the application only at customer service." in text_of(response)
