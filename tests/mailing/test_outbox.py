import datetime as dt

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.actors import Actor, Role, Source
from core.leases import give_back
from identity.models import User
from mailing import outbox, tries, worker
from mailing.enums import Failure, Status
from mailing.models import Letter
from records.models import Entry
from tests.mailing.letters import draft, queued

pytestmark = pytest.mark.django_db


def test_event_owes_one_letter_however_often_it_is_queued():
    first = queued(to="maija@example.test")
    again = queued(to="olli@example.test")

    assert (again.pk, again.to, again.message_id) == (first.pk, "maija@example.test", first.message_id)


def test_letters_of_one_event_are_stored_by_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        outbox.queue_letters(draft("hello:1"), draft("hello:2"), draft("hello:3"), draft("hello:3"))

    assert Letter.objects.count() == 3


def test_no_letter_for_a_change_that_did_not_happen():
    with transaction.atomic():
        outbox.queue_letters(draft())
        transaction.set_rollback(True)

    assert Letter.objects.count() == 0


def test_no_change_without_its_letter():
    """The letter cannot be written, so the change of the same transaction is not."""

    @transaction.atomic
    def change():
        User.objects.create_user("somebody")
        outbox.queue_letters(draft(key=None))

    with pytest.raises(IntegrityError):
        change()

    assert User.objects.count() == 0


def test_letter_is_due_at_once_or_when_told():
    now = queued("hello:1")
    later = queued("hello:2", due_at=timezone.now() + dt.timedelta(days=1))

    assert list(Letter.objects.due()) == [now]
    assert (now.status, later.status) == (Status.WAITING, Status.WAITING)


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("010594Y9032", "010594Y••••"),
        ("010594-9032 and 010594y9021", "010594-•••• and 010594y••••"),
        ({"people": ["020504A902E", 7, None, True]}, {"people": ["020504A••••", 7, None, True]}),
        (("a", "b\0c"), ["a", "bc"]),
        (dt.date(2027, 2, 14), "2027-02-14"),
    ],
)
def test_parameters_are_plain_and_hold_no_personal_identity_code(given, stored):
    assert queued(parameters={"value": given}).parameters == {"value": stored}


@pytest.mark.parametrize(
    "half_true",
    [
        {"lease": "11111111-1111-1111-1111-111111111111"},
        {"leased_until": timezone.now()},
        {"dead_at": timezone.now()},
        {"dead_at": timezone.now(), "failure": "refused", "sent_at": timezone.now()},
        {"sent_at": timezone.now(), "dropped_at": timezone.now()},
        {"delivered_at": timezone.now()},
        {"sent_at": timezone.now(), "delivered_at": timezone.now(), "bounced_at": timezone.now()},
        {
            "sent_at": timezone.now(),
            "lease": "11111111-1111-1111-1111-111111111111",
            "leased_until": timezone.now(),
        },
    ],
)
def test_database_refuses_what_is_half_true(half_true):
    letter = queued()

    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(**half_true)


def test_dead_letter_can_be_sent_again():
    letter = queued(to="nobody at all")
    worker.deliver_due_letters()
    Letter.objects.update(to="maija@example.test")

    by = Actor(Role.OPERATOR, Source.COUNTER)
    assert outbox.send_letters_again(Letter.objects.all(), chain="staff 1 2027", by=by) == 1
    assert worker.deliver_due_letters() == 1
    letter.refresh_from_db()
    assert (letter.status, letter.attempts, letter.failure) == (Status.SENT, 1, "")
    assert [message.extra_headers["Message-ID"] for message in mail.outbox] == [letter.message_id]
    entry = Entry.objects.get(event="letter_sent_again")
    assert (entry.chain.name, entry.subject, entry.role) == ("staff 1 2027", f"letter {letter.pk}", "operator")


SENT = {"sent_at": timezone.now()}


@pytest.mark.parametrize(
    ("fates", "expected"),
    [
        ([], False),
        ([{}], False),
        ([SENT], False),
        ([{**SENT, "delivered_at": timezone.now()}], False),
        ([{**SENT, "provider": "Postmark", "bounced_at": timezone.now()}], True),
        ([{"dead_at": timezone.now(), "failure": Failure.REFUSED}], True),
        ([{"dead_at": timezone.now(), "failure": Failure.TIMEOUT}], False),
        ([{**SENT, "bounced_at": timezone.now()}, {**SENT, "delivered_at": timezone.now()}], False),
        ([{**SENT, "bounced_at": timezone.now()}, SENT], False),
        ([{**SENT, "bounced_at": timezone.now()}, {**SENT, "provider": "Postmark"}], True),
        ([{**SENT, "delivered_at": timezone.now()}, {**SENT, "bounced_at": timezone.now()}], True),
        ([{**SENT, "bounced_at": timezone.now(), "failure": Failure.NO_ADDRESS}], True),
        ([{**SENT, "bounced_at": timezone.now(), "failure": Failure.FULL}], False),
        ([{"dead_at": timezone.now(), "failure": Failure.FULL}], False),
        ([{"dead_at": timezone.now(), "failure": Failure.SENDER}], False),
        ([{**SENT, "complained_at": timezone.now()}], True),
        ([{**SENT, "complained_at": timezone.now()}, {**SENT, "delivered_at": timezone.now()}], True),
    ],
)
def test_address_is_unreachable_when_the_last_known_letter_to_it_was_or_a_letter_was_reported_as_spam(fates, expected):
    for number, fate in enumerate(fates):
        letter = queued(f"hello:{number}")
        Letter.objects.filter(pk=letter.pk).update(**fate)

    assert outbox.is_unreachable("maija@example.test") is expected
    assert outbox.is_unreachable("olli@example.test") is False


# --- Another address (ADR 52) -----------------------------------------------------------------------------


def readdressed(letter, to="olli@example.test"):
    outbox.readdress(Letter.objects.filter(pk=letter.pk), to=to, language="sv")
    letter.refresh_from_db()
    return letter


def test_letter_that_waits_or_is_held_goes_to_another_address():
    outbox.queue_letters(draft("hello:2"), held_at=timezone.now())
    waiting, held = queued(due_at=timezone.now() + dt.timedelta(days=1)), Letter.objects.get(key="hello:2")
    due_at = waiting.due_at

    found = [(letter.to, letter.language, letter.status) for letter in map(readdressed, (waiting, held))]

    assert found == [("olli@example.test", "sv", Status.WAITING), ("olli@example.test", "sv", Status.HELD)]
    assert waiting.due_at == due_at


def test_delayed_letter_begins_anew_at_another_address():
    letter = queued(due_at=timezone.now() + dt.timedelta(days=1))
    Letter.objects.update(failure=Failure.BUSY, failed_at=timezone.now(), attempts=7)

    readdressed(letter)

    assert (letter.attempts, letter.failure, letter.failed_at, letter.status) == (0, "", None, Status.WAITING)
    assert list(Letter.objects.due()) == [letter]


def test_delayed_letter_whose_language_alone_changes_goes_on_as_it_was():
    letter = queued(due_at=timezone.now() + dt.timedelta(days=1))
    Letter.objects.update(failure=Failure.BUSY, failed_at=timezone.now(), attempts=7)

    readdressed(letter, to=letter.to)

    assert (letter.attempts, letter.failure, letter.language) == (7, Failure.BUSY, "sv")


@pytest.mark.parametrize(
    "ended",
    [
        {"sent_at": timezone.now()},
        {"dropped_at": timezone.now()},
        {"dead_at": timezone.now(), "failure": Failure.NO_ADDRESS, "failed_at": timezone.now()},
    ],
)
def test_letter_that_has_ended_keeps_its_address(ended):
    letter = queued()
    Letter.objects.update(**ended)

    assert readdressed(letter).to == "maija@example.test"


def test_letter_whose_address_is_removed_is_kept_to_be_read_whoever_has_it_in_hand():
    letter = queued()
    in_hand = tries.claim_letter()

    readdressed(letter, to="")

    assert (letter.to, letter.status) == ("", Status.UNADDRESSED)
    assert not give_back(in_hand, sent_at=timezone.now())


def test_personal_identity_code_in_another_address_is_masked():
    assert "010594Y9032" not in readdressed(queued(), to="010594Y9032@example.test").to
