"""What must hold after every fault: nothing is lost in a sound database, and each invariant can fail.

Each is spoiled in one way, as a fault would leave the rows if the guard against it were taken out.
"""

import pytest
from django.db import connection
from django.utils import timezone

from applications import changes, document
from applications.models import Application, Confirmation, Happening, Invitation
from chaos.within.owed import LOOKS, losses
from mailing.models import Letter
from records.models import Entry
from tests import cast
from tests.applications.factories import actor, applicant, confirm, person
from tests.applications.verification.spoilers import change, drop_guards
from tests.counter.checks import check, confirm_here, issue, undo
from upstream import clients, events, intake
from upstream.models import Event, Intake, WebhookDelivery, WebhookEndpoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent():
    """An application of a client that is valid and was confirmed twice, one that ended, and one that was undone."""
    client = clients.issue("Housing system")[0]
    WebhookEndpoint.objects.create(client=client, url="https://receiver.example.test/", secret="whsec_x")
    first, second, third = (
        intake.receive(document.parse(cast.document(*people, reference=f"HS-{number}")), client=client)
        for number, people in enumerate([(cast.MAIJA, cast.OLLI), (cast.VERA, cast.VILLE), (cast.OTSO,)])
    )
    confirm(first, cast.MAIJA)
    confirm(first, cast.OLLI)
    made = check(second, cast.VILLE)
    confirm_here(second, cast.VILLE)
    issue(made)
    undo(made)
    changes.withdraw(third, by=actor(cast.OTSO))
    events.collect()
    return first


def copied(row, **different):
    """Store a row once more."""
    model = type(row)
    kept = {
        field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields if not field.primary_key
    }
    return model.objects.create(**{**kept, **different})


def double_confirmation(sent):
    """The second of two clicks is stored too: no unique index, no lock."""
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX confirmation_once")
    copied(Confirmation.objects.first(), number="222222222")


def confirm_for_another(sent):
    own = Confirmation.objects.get(applicant=applicant(sent, cast.OLLI))
    change(own, person=person(cast.MAIJA))


def lose_letter(sent):
    Letter.objects.filter(message="receipt").first().delete()


def lose_account_letter(sent):
    Letter.objects.filter(message="account_link").delete()


def lose_undone_letter(sent):
    Letter.objects.filter(message="undone").first().delete()


def lose_ended_letter(sent):
    Letter.objects.filter(message="withdrawn").delete()


def invent_letter(sent):
    letter = Letter.objects.filter(message="valid").first()
    copied(letter, key=f"valid:0:{letter.recipient.removeprefix('applicant ')}", message_id="<other@example.test>")


def write_letter_twice(sent):
    letter = Letter.objects.filter(message="receipt").first()
    copied(letter, key=letter.key.replace("receipt:", "receipt:9"), message_id="<other@example.test>")


def lose_happening(sent):
    change(sent.happenings.get(kind="confirmed"), change=None, kind="person_confirmed")


def tell_twice(sent):
    copied(Happening.objects.filter(kind="person_confirmed").first())


def collect_twice(sent):
    event = Event.objects.get(happening__change__transition="confirmed")
    change = copied(event.happening.change)
    copied(event, happening_id=copied(event.happening, change_id=change.pk).pk, uid="other")


def lose_delivery(sent):
    WebhookDelivery.objects.first().delete()


def lose_intake(sent):
    Intake.objects.filter(application=sent).delete()


def lose_head(sent):
    Application.objects.filter(pk=sent.pk).update(current=None)


def lose_state(sent):
    Application.objects.filter(pk=sent.pk).update(state="awaiting")


def lose_invitation(sent):
    Invitation.objects.first().delete()


SPOILERS = [
    ("More than one confirmation of a person and version counts", double_confirmation),
    ("More than one confirmation of a person and version counts", confirm_for_another),
    ("A letter is owed and not there", lose_letter),
    ("A letter is owed and not there", lose_account_letter),
    ("A letter is owed and not there", lose_undone_letter),
    ("A letter is owed and not there", lose_ended_letter),
    ("A letter is there without the event that it tells of", invent_letter),
    ("A letter is there without the event that it tells of", write_letter_twice),
    ("A letter is there without the event that it tells of", lose_invitation),
    ("A change of state is not told the housing system", lose_happening),
    ("A confirmation is not told the housing system once", tell_twice),
    ("An event was collected twice", collect_twice),
    ("An event is not delivered to a receiver, nor on its way", lose_delivery),
    ("An application is there, and nobody owes it: half of what stores it is missing", lose_intake),
    ("An application is there, and nobody owes it: half of what stores it is missing", lose_head),
    ("The state is not the one to which the last change led (R19).", lose_state),
]


def test_nothing_is_lost_in_a_sound_database(sent):
    assert losses([one.receipt_number for one in Confirmation.objects.all()]) == []


@pytest.mark.parametrize(("what", "spoil"), SPOILERS, ids=[spoil.__name__ for _what, spoil in SPOILERS])
def test_each_invariant_can_fail(sent, what, spoil):
    drop_guards()
    spoil(sent)
    assert any(loss.startswith(f"{what}: ") for loss in losses())


def test_each_invariant_has_a_control():
    assert set(LOOKS) <= {what for what, _spoil in SPOILERS}


def test_what_was_acknowledged_and_is_not_there_is_a_loss(sent):
    assert losses(["K7M-P3X-Q4T"]) == ["A confirmation was acknowledged and is not there: K7MP3XQ4T"]


def test_a_broken_trail_is_a_loss(sent):
    drop_guards()
    change(Entry.objects.order_by("pk").first(), at=timezone.now())
    assert any(loss.startswith("The trail is broken") for loss in losses())
