"""No stranger fills somebody's mailbox through us, and nobody loses their invitation to a stranger who tries."""

import datetime as dt

import pytest

from applications import clock, document, intake, invitations, stranger_letters
from applications.models import Applicant, Application
from core.actors import UNIDENTIFIED
from identity import limits
from mailing.models import Letter
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, actor, confirm
from tests.applications.households import slot

pytestmark = pytest.mark.django_db

VICTIM = "victim@example.test"
MORNING = dt.datetime(2026, 11, 20, 6, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _stopped_clock(time_machine):
    time_machine.move_to(MORNING, tick=False)


def sent(*co_applicants, by=UNIDENTIFIED, email=VICTIM, main="maija@example.test"):
    """Send an application that writes to the same address for each of its co-applicants."""
    people = [cast.applicant(who, email=email) for who in co_applicants]
    written = cast.document(main_applicant=cast.applicant(cast.MAIJA, email=main), co_applicants=people)
    return intake.send(document.parse(written), by=by)


def flood(times=stranger_letters.MOST_A_DAY):
    for _ in range(times):
        stranger_letters.count_stranger_letter(VICTIM)


def letters_to(email=VICTIM):
    return [letter.message for letter in Letter.objects.filter(to=email).order_by("pk")]


@pytest.mark.parametrize("spelling", [VICTIM, "Victim@Example.test", "victim+1@example.test"])
def test_strangers_fill_nobodys_mailbox(spelling):
    for number in range(stranger_letters.MOST_A_DAY + 5):
        sent(cast.OLLI, email=spelling if number % 2 else VICTIM)

    assert Letter.objects.filter(message="invitation").count() == stranger_letters.MOST_A_DAY
    assert Application.objects.count() == stranger_letters.MOST_A_DAY + 5


def test_application_is_taken_in_and_its_invitation_waits_until_somebody_is_known():
    flood()
    application = sent(cast.OLLI, cast.VERA)
    before = letters_to()

    confirm(application, cast.MAIJA)

    assert before == []
    assert letters_to() == ["invitation", "invitation", "confirmed", "confirmed"]
    assert not Applicant.objects.filter(held_at__isnull=False).exists()


def test_nobody_is_reminded_warned_or_told_at_an_address_that_is_held(time_machine):
    flood()
    sent(cast.OLLI)
    for _ in range(92):
        time_machine.shift(dt.timedelta(days=1))
        clock.tick()

    assert letters_to() == []
    assert "lapsed" in letters_to("maija@example.test")


def test_acknowledgement_to_an_address_that_is_held_waits_for_its_reader_too():
    flood()
    application = sent(main=VICTIM)
    before = letters_to()

    confirm(application, cast.MAIJA)

    assert (before, letters_to()) == ([], ["receipt"])


def test_main_applicant_who_is_known_invites_at_once():
    flood()
    application = sent(cast.OLLI)

    invitations.resend(slot(application, cast.OLLI), by=actor(cast.MAIJA))

    assert letters_to() == ["invitation"]
    assert slot(application, cast.OLLI).held_at is None


def test_another_address_is_written_to_at_once():
    flood()
    application = sent(cast.OLLI)

    invitations.correct_address(slot(application, cast.OLLI), email="olli@example.test", by=actor(cast.MAIJA))

    assert letters_to("olli@example.test") == ["invitation"]


def test_known_senders_are_neither_counted_nor_held():
    for _ in range(stranger_letters.MOST_A_DAY + 1):
        sent(cast.OLLI, by=HOUSING_SYSTEM)
    flood()
    application = sent(cast.OLLI, by=actor(cast.MAIJA))

    assert len(letters_to()) == stranger_letters.MOST_A_DAY + 2
    assert slot(application, cast.OLLI).held_at is None


def test_next_day_begins_anew(time_machine):
    flood()
    time_machine.shift(dt.timedelta(days=1))

    sent(cast.OLLI)

    assert letters_to() == ["invitation"]


@pytest.mark.django_db(transaction=True)  # so that it is swept
def test_count_holds_for_the_whole_day(time_machine, monkeypatch):
    monkeypatch.setattr(limits, "SWEEP", 1)
    flood()
    time_machine.shift(dt.timedelta(hours=17))

    sent(cast.OLLI)

    assert letters_to() == []


def test_mailbox_has_one_spelling():
    assert stranger_letters.mailbox("A.B+c+d@Example.TEST") == "a.b@example.test"
