import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications import references
from applications.invitation_links import invitation_code
from applications.models import Applicant, Application
from identity import limits
from mailing.letter_codes import CODE, display_letter_code
from mailing.models import Letter
from records.models import Entry
from tests.applications.factories import applicant, application, invitation
from tests.cast import MAIJA, OLLI, OTSO, TEA, VERA, VILLE
from tests.conftest import headings
from tests.counter.checks import check, issue
from tests.counter.desk.arranged import address, checked, entries, text_of
from tests.staff import staff

pytestmark = pytest.mark.django_db

DESK = address("desk")


@pytest.fixture
def within_a_minute(time_machine):
    time_machine.move_to(timezone.now().replace(second=10), tick=False)


def search(client, text, reason="here", language="en", **more):
    return client.post(address("desk", language=language), {"text": text, "reason": reason}, **more)


def rows(page):
    """Return the cells of each row of the results."""
    found = re.findall(r"<tr>(.*?)</tr>", page.content.decode().split("<tbody>")[1], re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in found]
    return [[" ".join(html.unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in row] for row in cells]


def box(page):
    """Return the search box."""
    return re.search(r'<input[^>]*name="text"[^>]*>', page.content.decode()).group()


@pytest.mark.parametrize(
    "typed", ["020594X903P", "öhman", "ohman olli", "2.5.1994", "olli@example.test", "050 765 4321", "{code}"]
)
def test_hit_by_person_leads_straight_to_the_person(adviser, typed):
    sent = application(MAIJA, OLLI)
    Applicant.objects.filter(pk=applicant(sent, OLLI).pk).update(phone="+358 50 765 4321")

    answer = search(adviser, typed.format(code=invitation_code(invitation(sent, OLLI))))

    assert answer.status_code == 303
    assert answer["Location"] == address("desk_applicant", sent.reference, 1)


@pytest.mark.parametrize(
    ("people", "name", "more"),
    [
        ([MAIJA], "desk_applicant", [0]),
        ([MAIJA, TEA], "desk_applicant", [0]),
        ([MAIJA, OLLI], "desk_application", []),
    ],
)
def test_number_leads_to_the_one_adult_or_to_the_application(adviser, people, name, more):
    sent = application(*people)

    answer = search(adviser, sent.number)

    assert answer["Location"] == address(name, sent.reference, *more)


def test_two_of_one_application_lead_to_it(adviser):
    sent = application(VERA, VILLE)

    assert search(adviser, "virtanen")["Location"] == address("desk_application", sent.reference)


def test_code_of_several_applications_leads_to_the_only_open_one(adviser):
    ended, waiting = application(OLLI), application(MAIJA, OLLI)
    Application.objects.filter(pk=ended.pk).update(state="withdrawn")

    assert search(adviser, OLLI["hetu"])["Location"] == address("desk_applicant", waiting.reference, 1)

    Application.objects.filter(pk=waiting.pk).update(state="withdrawn")
    assert len(rows(search(adviser, OLLI["hetu"], follow=True))) == 2


def test_search_page_has_the_box_in_focus_and_the_first_reason_chosen(adviser):
    page = adviser.get(DESK)

    assert "autofocus" in box(page)
    assert re.search(r'<option value="here" selected>', page.content.decode())


def test_reason_has_no_asterisk_as_only_a_search_by_code_needs_it(adviser):
    label = re.search(r"<label for=\"id_reason\">(.*?)</label>", adviser.get(DESK).text, re.DOTALL)

    assert label[1].strip() == "Reason, if you search by a personal identity code"


@pytest.mark.parametrize(
    "typed",
    ["{new}", "050594U903M", "Nobody", "K7M-P3X-Q", "K7M-P3X-Q4", "7.7.1977", "nobody@example.test", "040 765 4321"],
)
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Next, search by the person’s name or date of birth."),
        ("fi", "Hae seuraavaksi henkilön nimellä tai syntymäajalla."),
        ("sv", "Sök härnäst med personens namn eller födelsedatum."),
    ],
)
def test_search_that_finds_nobody_says_what_to_do_next(adviser, typed, language, words):
    application(MAIJA)

    page = search(adviser, typed.format(new=references.new()), language=language)

    assert words in text_of(page)


def test_empty_search_and_one_that_finds_somebody_need_no_next_step(adviser):
    for _ in range(2):
        application(MAIJA)

    pages = [text_of(search(adviser, typed, follow=True)) for typed in ("", "Meikäläinen")]

    assert ["Next, search by" in page for page in pages] == [False, False]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("{new}", "No application has this number. Check the number."),
        ("050594U903M", "Nobody with this personal identity code is an applicant. Check the code."),
        ("Nobody", "No applicant has this name."),
        ("K7M-P3X-Q", "This is not an application number. A character is wrong or missing. Check the number."),
        ("K7M-P3X-Q4", "No invitation has this code. If this is an application number, a character is missing"),
        ("7.7.1977", "No applicant has this date of birth. Check the date."),
        ("31.2.1990", "There is no such date. Check the day, month and year."),
        ("310290", "There is no such date. Check the day, month and year."),
        ("2/1990", "Enter the day of the date of birth too, for example 1.2.1990."),
        ("nobody@example.test", "No applicant has this email address. Check how it is written, or search by name."),
        ("nobody@example", "Check the email address. It should look like this: name@example.com"),
        ("040 765 4321", "No applicant has this phone number. Check the number, or search by name."),
        ("040 765", "This is not a phone number. It has too few or too many digits. Check the number."),
        ("010594Y9033", "This is not a personal identity code. A character is wrong or missing. Check the code."),
        ("Ö", "Enter at least two characters of the name."),
        ("", "Enter what you are searching for, for example an application number or a name."),
    ],
)
def test_search_that_finds_nothing_says_why(adviser, typed, said):
    application(MAIJA)

    page = search(adviser, typed.format(new=references.new()))

    assert page.status_code == 200
    assert said in text_of(page)


@pytest.mark.parametrize(
    ("typed", "is_kept"),
    [("Nobody", True), ("K7M-P3X-Q4", True), ("050594U903M", False), ("010594Y9033", False), ("010594 y 9033", False)],
)
def test_what_was_typed_is_kept_in_the_box_unless_it_is_a_code(adviser, typed, is_kept):
    page = search(adviser, typed)

    assert (f'value="{typed}"' in box(page)) == is_kept
    assert is_kept or typed not in page.content.decode()


def test_code_is_nowhere(adviser, caplog):
    application(MAIJA)
    application(MAIJA)

    page = search(adviser, MAIJA["hetu"], reason="follow_up", follow=True)

    assert len(rows(page)) == 2
    assert entries("search_by_code")[0][2] == {"found": 2, "reason": "follow_up"}
    everything = page.content.decode() + caplog.text + repr(list(Entry.objects.values())) + repr(page.headers)
    assert [secret for secret in ("010594", "Y9032") if secret in everything] == []


@pytest.mark.parametrize("reason", ["", "curious", "here\x00"])
def test_search_without_a_reason_is_refused(adviser, reason):
    application(MAIJA)

    page = search(adviser, MAIJA["hetu"], reason=reason)

    assert page.status_code == 200
    assert "The form has the following errors:" in headings(page)
    assert entries("search_by_code") == []


@pytest.mark.parametrize(
    "typed",
    [
        "\x00",
        "Virta\x00nen",
        "\x1b[31m",
        "a\u202eb",
        "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
        "x" * 5000,
        "１２３",
        "٣",
        "ß",
        "İ",
    ],
)
def test_odd_characters_are_never_a_fault(adviser, typed):
    application(MAIJA)

    assert search(adviser, typed).status_code == 200


@pytest.mark.parametrize(
    "body", [b"text=%ff%fe&reason=here", b"text=%ed%a0%80&reason=here", b"", b"text", b"text=a&text=b"]
)
def test_odd_bodies_are_never_a_fault(adviser, body):
    answer = adviser.post(DESK, body, content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 200


def test_searches_beyond_the_limit_are_refused(adviser, supervisor, within_a_minute):
    application(MAIJA)
    for _ in range(60):
        limits.count("desk search", str(staff("adviser").pk), most=60)

    refused, other = search(adviser, "Maija"), search(supervisor, "Maija")

    assert (refused.status_code, other.status_code) == (429, 303)
    assert int(refused["Retry-After"]) <= 60
    assert len(entries("search_by_name")) == 1


def test_searches_are_counted(adviser, within_a_minute):
    for _ in range(60):
        assert search(adviser, "Nobody").status_code == 200

    assert search(adviser, "Nobody").status_code == 429


def test_first_page_shows_what_is_to_be_done(adviser):
    sent = application(MAIJA, OLLI)
    checked(sent, MAIJA)
    checked(sent, OLLI, is_doubtful=True)

    page = adviser.get(DESK)

    assert headings(page) == ["Desk", "Your ID checks today", "Checks waiting for second review"]
    text = text_of(page)
    assert (
        "2 Your ID checks today 1 Checks waiting for second review 1 Applications waiting for confirmation "
        "Nothing waits in: Check accepted, application not confirmed yet , People to call , "
        "Emails that did not arrive , Accounts without a password ." in text
    )
    assert sent.number in text


def test_first_page_takes_constant_queries(adviser):
    def arrange(times):
        for _ in range(times):
            sent = application(VERA, VILLE)
            checked(sent, VERA)
            checked(sent, VILLE, is_doubtful=True)

    arrange(1)
    adviser.get(DESK)
    with CaptureQueriesContext(connection) as few:
        adviser.get(DESK)
    arrange(14)

    with CaptureQueriesContext(connection) as many:
        adviser.get(DESK)

    assert len(many) == len(few)


def test_more_than_99_are_not_counted(adviser, monkeypatch):
    monkeypatch.setattr("counter.desk.paging.MOST_COUNTED", 1)
    for who in (MAIJA, OLLI, OTSO):
        application(who)

    with CaptureQueriesContext(connection) as done:
        adviser.get(DESK)

    counts = [
        query["sql"] for query in done if "COUNT(" in query["sql"] and "applications_application" in query["sql"]
    ]
    assert counts
    assert [sql for sql in counts if "LIMIT 2" not in sql] == []


def emailed(message, **conditions):
    """Let an email leave, and return the code in it."""
    letter = Letter.objects.get(message=message, **conditions)
    letter.sent_at = timezone.now()
    letter.save()
    return display_letter_code(letter)


def test_code_of_an_email_leads_to_its_application_where_it_is_listed(adviser):
    """Whoever phones about an email reads its code aloud."""
    sent = application(MAIJA, OLLI)
    code = emailed("invitation")

    answer = search(adviser, f" {code.lower().replace('-', ' ')}")

    assert answer.status_code == 303
    assert answer["Location"].endswith(f"/applications/{sent.number}/")
    assert code in text_of(adviser.get(answer["Location"]))
    assert entries("search_by_email")[0][2] == {"found": 2}
    assert code.replace("-", "") not in repr(list(Entry.objects.values()))


def test_code_of_an_email_about_an_account_leads_to_its_holder(adviser):
    sent = application(MAIJA)
    issue(check(sent, MAIJA), email="own@example.test")

    answer = search(adviser, emailed("account_link"))

    assert answer["Location"] == address("desk_applicant", sent.reference, 0)


def test_code_of_an_email_about_no_application_is_said_to_be_ours(adviser):
    Letter.objects.create(
        key="draft_link:1", message="draft_link", language="fi", to="a@example.test", recipient="draft 1"
    )
    Letter.objects.update(code_hash=CODE.hash_of(Letter.objects.get().message_id))

    assert "We have sent this email." in text_of(search(adviser, emailed("draft_link")))


def test_code_that_no_email_bears_is_said_to_be_unknown(adviser):
    assert "we have not sent an email with this code." in text_of(search(adviser, "K7M4P-3XQ4T"))


def test_name_of_ten_letters_without_vowels_is_a_name(adviser):
    assert "No applicant has this name." in text_of(search(adviser, "Kwrtcknpvy"))
