import datetime as dt
import re

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from core.admin import FirstPages
from core.alphabet import alphabetical
from identity.models import User
from mailing import worker
from mailing.admin import LetterAdmin
from mailing.enums import Failure, Rank, Status, kinds
from mailing.models import Letter
from mailing.stops import MANY
from tests.mailing.letters import queued
from tests.staff import sign_in_staff

pytestmark = pytest.mark.django_db

LIST = reverse("admin:mailing_letter_changelist")


@pytest.fixture
def staff(client):
    def with_permissions(*codenames):
        user = User.objects.create_user("adviser", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        return sign_in_staff(client, user)

    return with_permissions


def test_staff_see_what_became_of_a_letter(staff):
    letter = queued(to="olli@example.test")
    worker.deliver_due_letters()
    client = staff("view_letter")

    listed = client.get(LIST).content.decode()
    shown = client.get(f"{LIST}{letter.pk}/change/").content.decode()

    assert letter.message_id.strip("<>") in shown
    assert "example.test" not in (listed + shown).replace(letter.message_id, "")  # the domain tells much too (R16)
    assert "Maija" not in listed + shown  # the parameters


def test_nobody_acts_on_rows_that_they_cannot_see(staff, monkeypatch):
    monkeypatch.setattr(FirstPages, "MOST", 3)
    client = staff("view_letter", "change_letter")
    for number in range(4):
        queued(f"hello:{number}")
    Letter.objects.update(dead_at=timezone.now(), failure=Failure.REFUSED, failed_at=timezone.now())

    client.post(LIST, {"action": "send_again", "select_across": "1"})
    assert Letter.objects.filter(dead_at=None).count() == 0
    client.post(LIST, {"action": "send_again", "select_across": "1", "_selected_action": [Letter.objects.first().pk]})
    assert Letter.objects.filter(dead_at=None).count() == 1


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("fi", ["viesti %d: Kutsu</a>", '?message__exact=invitation">Kutsu</a>', '=sv">ruotsi</a>']),
        ("sv", ["meddelande %d: Inbjudan</a>", '?message__exact=invitation">Inbjudan</a>', '=sv">svenska</a>']),
        ("en", ["email %d: Invitation</a>", '?message__exact=invitation">Invitation</a>', '=sv">Swedish</a>']),
    ],
)
def test_list_names_kinds_and_languages_in_the_language_of_the_page(staff, language, shown):
    letter = queued(message="invitation", language="sv")
    client = staff("view_letter")

    with translation.override(language):
        listed = client.get(reverse("admin:mailing_letter_changelist")).text

    assert [text for text in shown if text.replace("%d", str(letter.pk)) not in listed] == []


def test_list_of_letters_does_not_sort_the_kinds_for_each(staff, monkeypatch):
    for number in range(3):
        queued(f"hello:{number}")
    client = staff("view_letter")
    client.get(LIST)
    sorted_names = []
    monkeypatch.setattr("mailing.enums.alphabetical", lambda name: sorted_names.append(name) or name)

    client.get(LIST)

    assert len(sorted_names) == len(set(sorted_names))  # once, for the filter


def test_kinds_are_in_the_order_of_their_names():
    with translation.override("fi"):
        names = [name for _kind, name in kinds()]

        assert names == sorted(names, key=alphabetical)


@pytest.mark.parametrize(("typed", "found"), [("olli@example.test", 1), ("olli", 0), ("example.test", 0), ("%", 0)])
def test_letter_is_found_by_its_whole_address_only(staff, typed, found):
    """Otherwise an address could be guessed letter by letter."""
    queued(to="olli@example.test")

    listed = staff("view_letter").get(LIST, {"q": typed})

    assert listed.context["cl"].result_count == found


@pytest.mark.parametrize(
    "query", [{"to__startswith": "o"}, {"parameters__recipient__startswith": "O"}, {"created_at__month": 2}]
)
def test_letters_cannot_be_filtered_by_what_is_not_shown(staff, query):
    queued(to="olli@example.test")

    assert staff("view_letter").get(LIST, query).status_code == 400


@pytest.mark.parametrize(
    "query",
    [{"message__exact": "hello"}, {"bounced_at__isempty": "1"}, {"created_at__gte": "2026-11-30 00:00Z"}],
)
def test_letters_can_be_filtered_by_the_rest(staff, query):
    assert staff("view_letter").get(LIST, query).status_code == 200


def test_letters_are_not_counted_to_their_end(staff, monkeypatch):
    monkeypatch.setattr(FirstPages, "MOST", 3)
    monkeypatch.setattr(LetterAdmin, "list_per_page", 2)
    client = staff("view_letter", "change_letter")
    pages = []
    for number in range(4):
        queued(f"hello:{number}")
        with translation.override("en"):
            pages.append(" ".join(client.get(reverse("admin:mailing_letter_changelist")).text.split()))

    assert ["3 results" in page for page in pages] == [False, False, True, True]
    assert ["The first 3 results. Use the filters" in page for page in pages] == [False, False, False, True]
    assert [client.get(LIST, {"p": page}).status_code for page in (2, 3)] == [200, 302]


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ({}, "letter_by_time"),
        ({"o": "4"}, "letter_by_time"),
        ({"o": "3"}, "letter_by_time"),  # no index would give that order
        ({"created_at__gte": "2027-01-01 00:00:00+02:00"}, "letter_by_time"),
        ({"message__exact": "invitation"}, "letter_by_(kind|time)"),
        ({"language__exact": "sv"}, "letter_by_(language|time)"),
        ({"failure__exact": "full"}, "letter_by_time"),
        ({"bounced_at__isempty": "0"}, "letter_by_time|letter_undeliverable"),
        ({"waiting": "waiting"}, "letter_waiting"),
        ({"waiting": "held"}, "letter_held"),
        ({"q": "olli@example.test"}, "mailing_letter_to"),
    ],
)
def test_list_sorts_no_table_and_reads_none_from_end_to_end(staff, query, index):
    queued()
    client = staff("view_letter")
    with CaptureQueriesContext(connection) as found:
        shown = client.get(LIST, query)

    plan = shown.context["cl"].queryset[:100].explain()

    # Counted up to a bound; and nothing is looked for in the whole table to make the filters.
    of_letters = [one["sql"] for one in found if 'FROM "mailing_letter"' in one["sql"]]
    assert [sql for sql in of_letters if "SELECT DISTINCT" in sql or "MAX(" in sql] == []
    whole = [sql for sql in of_letters if sql.startswith('SELECT COUNT(*) AS "__count" FROM "mailing_letter"')]
    assert [sql for sql in whole if '"held_at" IS NOT NULL' not in sql] == []  # of those held there is an index
    assert connection.vendor != "sqlite" or re.search(index, plan)


def test_number_of_queries_does_not_grow_with_the_letters(staff, django_assert_num_queries):
    client = staff("view_letter")
    queued("hello:0")
    client.get(LIST)
    with CaptureQueriesContext(connection) as one:
        client.get(LIST)
    for number in range(20):
        queued(f"hello:{number}", rank=Rank(number % 4))

    with django_assert_num_queries(len(one)):
        client.get(LIST)


def test_list_begins_with_what_waits_and_until_when(staff, settings, time_machine):
    time_machine.move_to("2027-01-11T10:00:00+02:00", tick=False)
    settings.EMAIL_RATE = 2
    for number, (rank, hours) in enumerate([(Rank.NEWS, 1), (Rank.NEWS, 0), (Rank.BY_CLOCK, 3)]):
        letter = queued(f"hello:{number}", rank=rank)
        Letter.objects.filter(pk=letter.pk).update(created_at=timezone.now() - dt.timedelta(hours=hours))

    client = staff("view_letter")
    with translation.override("en"):
        page = client.get(reverse("admin:mailing_letter_changelist")).text
    rows = [" ".join(re.sub("<[^>]*>", " ", row).split()) for row in re.findall("(?s)<tr>(.*?)</tr>", page)]

    assert rows[1:4] == [
        "News about applications 2 1 11 January 2027 at 9:00 11 January 2027 at 10:01",
        "Reminders, warnings and ended applications 1 1 11 January 2027 at 7:00 11 January 2027 at 10:02",
        "Total 3 2 11 January 2027 at 7:00 11 January 2027 at 10:02",
    ]
    assert "At most 2 emails a minute are sent." in page


def test_list_says_why_all_wait_and_not_until_when(staff, settings, time_machine):
    time_machine.move_to("2027-01-11T10:00:00+02:00", tick=False)
    settings.EMAIL_RATE = 2
    for number in range(MANY):
        queued(f"hello:{number}", to=f"person{number}@example.test")
    Letter.objects.update(failure=Failure.SENDER, failed_at=timezone.now())

    client = staff("view_letter")
    with translation.override("en"):
        page = client.get(reverse("admin:mailing_letter_changelist")).text

    assert "began on 11 January 2027 at 10:00: The mail server does not let us send emails." in " ".join(page.split())
    assert "The last one will be sent at about" not in page
    assert "At most" not in page


def test_what_waits_is_listed_the_longest_waiting_first(staff):
    young, old, sent, held = [queued(f"hello:{number}", rank=Rank(number % 2)) for number in range(4)]
    Letter.objects.filter(pk=old.pk).update(created_at=timezone.now() - dt.timedelta(hours=1))
    Letter.objects.filter(pk=sent.pk).update(sent_at=timezone.now())
    Letter.objects.filter(pk=held.pk).update(held_at=timezone.now())
    client = staff("view_letter")

    listed = {
        value: list(client.get(LIST, {"waiting": value}).context["cl"].queryset) for value in ("waiting", "held", "")
    }

    assert listed == {"waiting": [old, young], "held": [held], "": [held, sent, young, old]}


def test_letter_can_neither_be_added_changed_nor_deleted(client, admin_user):
    letter = queued()
    sign_in_staff(client, admin_user)

    answers = [
        client.post(f"{LIST}add/", {"to": "x@example.test"}).status_code,
        client.post(f"{LIST}{letter.pk}/change/", {"to": "x@example.test"}).status_code,
        client.post(f"{LIST}{letter.pk}/delete/", {"post": "yes"}).status_code,
        client.post(LIST, {"action": "delete_selected", "_selected_action": [letter.pk]}).status_code,
    ]

    assert answers == [403, 403, 403, 302]
    assert Letter.objects.get().to == "maija@example.test"


@pytest.mark.parametrize(
    ("permissions", "status"),
    [(["view_letter", "change_letter"], Status.WAITING), (["view_letter"], Status.UNDELIVERABLE)],
)
def test_dead_letter_is_sent_again_by_who_may(staff, permissions, status):
    letter = queued(to="nobody")
    worker.deliver_due_letters()

    staff(*permissions).post(LIST, {"action": "send_again", "_selected_action": [letter.pk]})

    letter.refresh_from_db()
    assert letter.status == status
