"""Feedback: without a cookie, a name or an address, and answered in time (J9, Acts 306/2019 and 13/2003)."""

import datetime as dt
import re
import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from counter import feedback, views
from counter.models import Counter, Feedback
from mailing import letters
from mailing.models import Letter
from records.models import Entry
from tests.applications.households import written
from tests.counter.desk.arranged import address, text_of
from tests.mailing.letters import assert_accessible_and_plain
from tests.staff import acting, sign_in_staff, staff

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 29, 9, tzinfo=dt.UTC)
OPERATORS = "operator@example.test"


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)
    Counter.objects.update(feedback_email=OPERATORS)


def form_of(page):
    """Return what the page's form would send, with its hidden key."""
    [key] = re.findall(r'name="form_key" value="([^"]+)"', page.content.decode())
    return {"kind": "accessibility", "text": "The button has no name.", "email": "", "form_key": key}


def send(language="en", client=None, **different):
    client = client or Client(enforce_csrf_checks=True)
    return client.post(f"/{language}/feedback/", {**form_of(client.get(f"/{language}/feedback/")), **different})


def given(**different):
    values = {"kind": "other", "text": "Good.", "email": "", "language": "fi", "form_key": uuid.uuid4()}
    return feedback.give_feedback(**{**values, **different}).feedback


def test_feedback_needs_no_cookie_no_name_and_no_address():
    client = Client(enforce_csrf_checks=True)

    page = send(client=client)

    assert "Thank you for your feedback" in text_of(page)
    assert "You gave no email address, so we cannot answer you." in text_of(page)
    assert client.cookies == {}
    stored = Feedback.objects.get()
    assert (stored.kind, stored.text, stored.email, stored.language) == (
        "accessibility",
        "The button has no name.",
        "",
        "en",
    )
    assert stored.due_on == dt.date(2026, 12, 13)


def test_text_is_encrypted_in_the_database():
    given(text="Xerxesina wrote this")

    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM counter_feedback")
        assert b"Xerxesina" not in bytes(cursor.fetchone()[0])


@pytest.mark.parametrize(
    "code",
    [
        *("010594Y9032", "010594y9032", "010594-9032", "010594–9032", "010594\u20119032", "010594\u22129032"),
        *("010594 - 9032", "010594 Y 9032", "01 05 94 Y 90 32", "010594\u00a0Y9032", "010594Y903\u00ad2"),
        "010594Y9033",  # mistyped, and just as personal
    ],
)
def test_personal_identity_code_is_taken_out_in_every_spelling(code, caplog):
    page = send(text=f"I am {code}, and the page is empty.")

    assert "There was a personal identity code in your text." in text_of(page)
    everything = Feedback.objects.get().text + caplog.text + page.content.decode() + str(list(Letter.objects.values()))
    assert code not in everything
    # Hashes, ids and microseconds hold any four digits by chance.
    assert code[-4:] not in re.sub(r"\b[0-9a-f]{8}[0-9a-f-]{8,}\b|[.,] ?[0-9]{6}\b", "", everything)


def test_text_without_a_code_is_stored_as_it_was_typed():
    text = "First line.\nSecond: 1 100,50 €, 040 123 4567, <b>bold</b>"

    page = send(text=text)

    assert Feedback.objects.get().text == text
    assert "personal identity code" not in text_of(page)


def test_form_that_is_sent_twice_gives_one_feedback():
    """R12"""
    client = Client()
    form = {**form_of(client.get("/en/feedback/")), "email": "maija@example.test"}

    pages = [text_of(client.post("/en/feedback/", form)) for _ in range(2)]

    assert pages[0] == pages[1]
    assert Feedback.objects.count() == 1
    assert Letter.objects.count() == 2


def test_feedback_from_another_site_is_refused():
    client = Client()
    form = form_of(client.get("/en/feedback/"))

    assert client.post("/en/feedback/", form, HTTP_SEC_FETCH_SITE="cross-site").status_code == 403
    assert not Feedback.objects.exists()


@pytest.mark.parametrize(
    ("different", "said"),
    [
        ({"text": ""}, "Your feedback: Write your feedback."),
        ({"text": "x" * 2001}, "Your feedback: Ensure this value has at most 2000 characters"),
        (
            {"text": "a\x1bb"},
            "The text contains characters that cannot be sent. Remove special characters and try again.",
        ),
        ({"kind": ""}, "What is your feedback about? Choose what your feedback is about."),
        ({"email": "maija@example"}, "The end of the email address is missing"),
        ({"email": "010594-9032@example.test"}, "Remove the personal identity code from your text."),
    ],
)
def test_slip_keeps_what_was_typed_and_says_what_is_wrong(different, said):
    page = send(**{"text": "A long text.", **different})

    assert said in text_of(page)
    assert different.get("text", "A long text.")[:2000] in page.content.decode().replace("\r", "")
    assert not Feedback.objects.exists()


def test_nobody_is_kept_from_giving_feedback_by_an_address_that_looks_mistyped():
    client = Client(enforce_csrf_checks=True)
    asked = send(client=client, email="maija@gmial.com")
    again = {**form_of(asked), "email": "maija@gmial.com"}
    again |= dict(re.findall(r'<input type="hidden" name="(email-asked)" value="([^"]+)"', asked.content.decode()))

    client.post("/en/feedback/", again)

    assert "Did you mean maija@gmail.com?" in text_of(asked)
    assert Feedback.objects.get().email == "maija@gmial.com"


def test_odd_key_of_a_form_is_no_fault():
    assert send(form_key="").status_code == 200
    assert Feedback.objects.count() == 1
    assert send(form_key="x\0").status_code == 200


def test_too_much_feedback_from_one_network_loses_no_text_and_shuts_out_nobody_else():
    for _ in range(views.MOST_AN_HOUR):
        send()

    page = send(text="What I wrote for an hour")

    assert page.status_code == 429
    assert page["Retry-After"] == "3600"
    assert "What I wrote for an hour" in page.content.decode()
    assert "Send it again in 60 minutes" in text_of(page)
    assert Feedback.objects.count() == views.MOST_AN_HOUR
    assert "Thank you" in text_of(send(client=Client(REMOTE_ADDR="192.0.2.9")))


def test_slips_do_not_use_the_limit_up():
    for _ in range(views.MOST_AN_HOUR + 1):
        send(text="")

    assert "Thank you" in text_of(send())


def test_operator_gets_a_notice_that_repeats_nothing():
    send(text="Secret words of somebody", email="maija@example.test")

    notice = Letter.objects.get(message="feedback_given")
    subject, text, html = written(notice)
    assert (notice.to, notice.language, notice.recipient) == (OPERATORS, "fi", "")
    assert subject == "Uusi palaute, vastattava viimeistään 13.12.2026"
    assert "14 päivän kuluessa" in text
    assert f"/fi/admin/desk/feedback/{Feedback.objects.get().pk}/" in text
    assert [part for part in (text, html, str(notice.parameters)) if "Secret" in part or "maija" in part] == []


def test_notice_goes_to_the_contact_address_if_there_is_no_other():
    Counter.objects.update(feedback_email="", email="counter@example.test")

    given()

    assert [letter.to for letter in Letter.objects.all()] == ["counter@example.test"]


def test_feedback_is_taken_in_where_no_address_of_the_operator_is_known():
    Counter.objects.update(feedback_email="", email="")

    assert given().pk
    assert not Letter.objects.exists()


@pytest.mark.parametrize(
    ("language", "words"),
    [("fi", "viimeistään 13.12.2026"), ("sv", "senast 13.12.2026"), ("en", "by 13 December 2026 at the latest")],
)
def test_receipt_is_acknowledged_in_the_language_of_the_page_and_repeats_nothing(language, words):
    """Anybody may type anybody's address: the email is no way to send words of one's own."""
    page = send(language=language, text="Click on http://forged.example", email="maija@example.test")

    letter = Letter.objects.get(message="feedback_received")
    subject, text, html = written(letter)
    assert (letter.to, letter.language) == ("maija@example.test", language)
    assert words in text
    assert words.split(" at ")[0] in text_of(page)
    assert [part for part in (subject, text, html, str(letter.parameters)) if "forged" in part] == []


@pytest.mark.parametrize("message", ["feedback_given", "feedback_received"])
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_emails_about_feedback_are_accessible_and_lead_to_us(message, language):
    given(email="maija@example.test", language=language)
    Letter.objects.update(language=language)
    letter = Letter.objects.get(message=message)

    assert_accessible_and_plain(letters.write_letter(letter))
    _, text, html = written(letter)
    assert set(re.findall(r'href="([^"]*)"', html)) == set(re.findall(r"http://testserver/\S+", text))
    assert not re.search(r"None|\{\{|\{%|%\(", text + html)


def test_nobody_floods_an_address_or_the_operator():
    for number in range(feedback.MOST_NOTICES_A_DAY + 2):
        given(email=f"Maija+{number}@example.test")

    assert Letter.objects.filter(message="feedback_received").count() == feedback.MOST_RECEIPTS_A_DAY
    assert Letter.objects.filter(message="feedback_given").count() == feedback.MOST_NOTICES_A_DAY
    assert Feedback.objects.count() == feedback.MOST_NOTICES_A_DAY + 2


def test_page_promises_no_acknowledgement_that_is_not_sent():
    pages = [text_of(send(email="maija@example.test")) for _ in range(feedback.MOST_RECEIPTS_A_DAY + 1)]

    assert ["message to that address" in page for page in pages] == [True] * feedback.MOST_RECEIPTS_A_DAY + [False]


def test_feedback_and_its_emails_are_stored_together_or_not_at_all():
    with transaction.atomic():
        given(email="maija@example.test")
        transaction.set_rollback(True)

    assert not Feedback.objects.exists()
    assert not Letter.objects.exists()


# --- At the desk ------------------------------------------------------------------------------------------


@pytest.fixture(params=["operator", "supervisor"])
def member(request):
    return staff(request.param)


@pytest.fixture
def at_desk(member):
    return sign_in_staff(Client(), member)


def rows(page):
    return [text_of_row(row) for row in re.findall(r"(?s)<tr>(.*?)</tr>", page.content.decode().split("<tbody>")[1])]


def text_of_row(row):
    return " ".join(re.sub(r"<[^>]+>", " ", row).split())


def test_list_shows_what_is_overdue_first_and_nobodys_text(member, time_machine):
    given(text="the first")
    time_machine.shift(dt.timedelta(days=10))
    given(text="the second", email="maija@example.test")
    time_machine.shift(dt.timedelta(days=5))

    page = sign_in_staff(Client(), member).get(address("desk_feedback"))

    assert [("Overdue" in row, row.split()[0]) for row in rows(page)] == [(True, "29"), (False, "9")]
    assert [said for said in ("the first", "maija@example.test") if said in page.content.decode()] == []


def test_opening_feedback_is_recorded_and_answering_it_too(at_desk, member):
    found = given(text="Two\nlines <i>here</i>", email="maija@example.test")

    page = at_desk.get(address("desk_feedback_one", found.pk))
    answer = at_desk.post(address("desk_feedback_one", found.pk))

    assert "Two<br>lines &lt;i&gt;here&lt;/i&gt;" in page.content.decode()
    assert answer["Location"] == address("desk_feedback")
    found.refresh_from_db()
    assert (found.answered_at, found.answered_by) == (NOW, member)
    entries = Entry.objects.filter(subject=f"feedback {found.pk}").order_by("pk")
    assert [(entry.event, entry.user, entry.chain.name) for entry in entries] == [
        ("feedback_opened", member, f"staff {member.pk} 2026"),
        ("feedback_answered", member, f"staff {member.pk} 2026"),
    ]


def test_answered_feedback_leaves_the_list_and_says_by_whom_and_when(at_desk, member):
    found = given()
    at_desk.post(address("desk_feedback_one", found.pk))

    assert "No feedback is waiting for an answer." in text_of(at_desk.get(address("desk_feedback")))
    [row] = rows(at_desk.get(f"{address('desk_feedback')}?show=answered"))
    assert member.get_username() in row or member.get_full_name() in row


def test_answering_twice_is_once(member, time_machine):
    found = given()
    feedback.mark_answered(found, by=acting("operator"))
    time_machine.shift(dt.timedelta(days=1))

    feedback.mark_answered(found, by=acting("supervisor"))

    found.refresh_from_db()
    assert found.answered_at == NOW
    assert Entry.objects.filter(event="feedback_answered").count() == 1


def test_adviser_reads_no_feedback():
    """Advisers serve people at the counter; feedback is for those who run the service."""
    adviser = sign_in_staff(Client(), staff("adviser"))

    assert adviser.get(address("desk_feedback")).status_code == 403
    assert adviser.get(address("desk_feedback_one", given().pk)).status_code == 403


def test_list_takes_constant_queries(at_desk):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as found:
            at_desk.get(address("desk_feedback"))
        return len(found)

    given()
    queries()
    one = queries()
    for _ in range(3):
        given()

    assert queries() == one


def test_database_refuses_feedback_that_nobody_answered():
    found = given()

    with pytest.raises(IntegrityError), transaction.atomic():
        Feedback.objects.filter(pk=found.pk).update(answered_at=timezone.now())


def test_every_page_links_to_the_feedback_form_and_so_does_the_accessibility_statement():
    pages = {path: Client().get(path).content.decode() for path in ("/fi/", "/sv/counter/", "/en/accessibility/")}

    assert [page.count('/feedback/"') for page in pages.values()] == [1, 1, 2]
    assert "Anna palautetta" in pages["/fi/"]
    assert "Ge respons" in pages["/sv/counter/"]
