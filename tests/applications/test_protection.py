import threading
import time

import pytest
from django.db import connection, transaction

from applications import changes, document, intake, present, protection
from applications.models import Applicant, Application
from core.actors import CLOCK, UNIDENTIFIED
from identity.enums import Language
from records.models import Entry
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, actor, applicant, application
from tests.applications.test_concurrency import at_once
from tests.staff import acting

pytestmark = pytest.mark.django_db


def test_mark_holds_in_every_application_of_the_person():
    sent, other = application(cast.MAIJA, cast.OLLI), application(cast.OLLI)

    protection.set_mark(applicant(sent, cast.OLLI), protected=True, by=CLOCK)

    assert applicant(other, cast.OLLI).protected
    assert not applicant(sent, cast.MAIJA).protected


def test_mark_holds_in_later_applications_and_versions():
    sent = application(cast.MAIJA, cast.OLLI)
    protection.set_mark(applicant(sent, cast.OLLI), protected=True, by=CLOCK)

    later = application(cast.OLLI)
    read = type(sent).objects.get(pk=sent.pk)
    same = document.parse(cast.document(cast.MAIJA, cast.OLLI))
    changes.put(read, same, tag=sent.version.digest, by=HOUSING_SYSTEM)

    assert applicant(later, cast.OLLI).protected
    assert applicant(read, cast.OLLI).protected
    assert not applicant(read, cast.MAIJA).protected


def test_mark_of_somebody_without_a_code_holds_in_later_versions():
    ethan = {"first_names": "Ethan", "last_name": "Evans", "hetu": None, "birth_date": "1990-03-14"}
    sent = application(cast.MAIJA, ethan)
    slot = sent.version.applicants.get(position=1)
    protection.set_mark(slot, protected=True, by=CLOCK)

    read = type(sent).objects.get(pk=sent.pk)
    same = document.parse(cast.document(cast.MAIJA, ethan))
    version = changes.put(read, same, tag=sent.version.digest, by=HOUSING_SYSTEM)

    assert [a.protected for a in version.applicants.order_by("position")] == [False, True]


def test_mark_of_somebody_without_a_code_is_set_and_removed_in_former_versions_too():
    ethan = {"first_names": "Ethan", "last_name": "Evans", "hetu": None, "birth_date": "1990-03-14"}
    sent = application(cast.MAIJA, ethan)
    first = sent.version
    again = document.parse(cast.document(cast.MAIJA, ethan))
    second = changes.put(sent, again, tag=first.digest, by=HOUSING_SYSTEM)
    marked = []

    for protected in (True, False):
        protection.set_mark(second.applicants.get(position=1), protected=protected, by=CLOCK)
        marked.append([version.applicants.get(position=1).protected for version in (first, second)])

    assert marked == [[True, True], [False, False]]
    assert not first.applicants.get(position=0).protected


def test_mark_holds_under_the_other_names_of_the_same_code_and_for_whoever_has_one_of_them():
    """Whoever shows the former name on one application is no less in danger."""
    newcomer = {"first_names": "Vera", "last_name": "Virta", "hetu": None, "birth_date": "1994-05-03"}
    unlike = newcomer | {"last_name": "Vesala"}
    married = application(cast.VERA | {"last_name": "Virta"})
    former = application(cast.VERA, newcomer, unlike)
    marked = []

    for sent, position in ((former, 1), (former, 0)):
        protection.set_mark(sent.version.applicants.get(position=position), protected=True, by=CLOCK)
        slots = [*former.version.applicants.order_by("position"), *married.version.applicants.all()]
        marked.append([each.protected for each in slots])
        protection.set_mark(slots[0], protected=False, by=CLOCK)

    assert marked == [[True, True, False, True]] * 2


def test_mark_is_removed_everywhere():
    sent, other = application(cast.MAIJA, cast.OLLI), application(cast.OLLI)
    protection.set_mark(applicant(sent, cast.OLLI), protected=True, by=CLOCK)

    protection.set_mark(applicant(other, cast.OLLI), protected=False, by=CLOCK)

    assert not applicant(sent, cast.OLLI).protected
    assert not applicant(application(cast.OLLI), cast.OLLI).protected


def test_mark_is_recorded_once_for_each_application():
    sent = application(cast.MAIJA, cast.OLLI)

    for _ in range(2):
        protection.set_mark(applicant(sent, cast.OLLI), protected=True, by=CLOCK)

    assert Entry.objects.filter(event="protection_set").count() == 1


def sent_by(by, *people, **more):
    return intake.send(document.parse(cast.document(*people, **more)), by=by)


def marked(who):
    return {**who, "non_disclosure": True}


def marks(*applications):
    return [[slot.protected for slot in each.version.applicants.order_by("position")] for each in applications]


def test_mark_that_comes_with_an_application_hides_the_address_in_all_that_are_stored():
    """Open and ended ones, whoever sent them (R16)."""
    ended, still_open = application(cast.OLLI), application(cast.MAIJA, cast.OLLI)
    changes.withdraw(ended, by=HOUSING_SYSTEM)

    sent_by(HOUSING_SYSTEM, marked(cast.OLLI))

    assert marks(ended, still_open) == [[True], [False, True]]
    assert Entry.objects.filter(event="protection_set").count() == 2


def test_mark_that_comes_with_a_change_hides_the_address_in_all_that_are_stored():
    other, sent = application(cast.OLLI), application(cast.MAIJA, cast.OLLI)

    again = document.parse(cast.document(cast.MAIJA, marked(cast.OLLI)))
    changes.put(sent, again, tag=sent.version.digest, by=HOUSING_SYSTEM)

    assert marks(other) == [[True]]


def test_nobody_unidentified_marks_another_application_than_the_one_they_send():
    """Whoever knows a code may write it in the form (R16)."""
    victims = application(cast.OLLI)

    sent = sent_by(UNIDENTIFIED, cast.MAIJA, marked(cast.OLLI))
    later = application(cast.OLLI)

    assert marks(victims, sent, later) == [[False], [False, True], [False]]


def test_nobody_identified_marks_somebody_else_in_another_application():
    victims = application(cast.OLLI)

    sent = sent_by(actor(cast.MAIJA), cast.MAIJA, marked(cast.OLLI))

    assert marks(victims, sent) == [[False], [False, True]]


def test_identified_person_marks_all_their_own_applications():
    """ADR 20"""
    other = application(cast.MAIJA)

    sent = sent_by(actor(cast.MAIJA), marked(cast.MAIJA), cast.OLLI)

    assert marks(other, sent) == [[True], [True, False]]


def test_mark_of_one_application_stays_in_it_when_it_is_changed_by_the_marked_person():
    other, sent = application(cast.MAIJA), sent_by(UNIDENTIFIED, marked(cast.MAIJA), cast.OLLI)

    current = Application.objects.get(pk=sent.pk)
    moved = present.document(current.version).model_copy(update={"language": Language.SWEDISH})
    changes.put(current, moved, tag=current.version.digest, by=actor(cast.MAIJA))

    assert marks(other, current) == [[False], [True, False]]


def test_mark_of_one_application_becomes_the_persons_when_staff_set_it():
    other, sent = application(cast.MAIJA), sent_by(UNIDENTIFIED, marked(cast.MAIJA))

    protection.set_mark(applicant(sent, cast.MAIJA), protected=True, by=acting("supervisor"))

    assert marks(other, sent, application(cast.MAIJA)) == [[True], [True], [True]]


def test_mark_of_one_application_is_removed_by_staff():
    sent = sent_by(UNIDENTIFIED, marked(cast.MAIJA))

    protection.set_mark(applicant(sent, cast.MAIJA), protected=False, by=acting("supervisor"))

    assert marks(sent) == [[False]]


def test_application_without_the_mark_does_not_remove_it():
    first = sent_by(HOUSING_SYSTEM, marked(cast.MAIJA))

    later = sent_by(actor(cast.MAIJA), cast.MAIJA)

    assert marks(first, later) == [[True], [True]]


ETHAN = {"first_names": "Ethan", "last_name": "Evans", "hetu": None, "birth_date": "1990-03-14"}


@pytest.mark.parametrize(
    "known",
    [
        {**ETHAN, "first_names": "ethan james"},
        {**ETHAN, "hetu": "140390-921C", "birth_date": None},
    ],
    ids=["spelled otherwise", "with a code since"],
)
def test_mark_of_somebody_without_a_code_holds_in_all_their_applications(known):
    """R3, R16"""
    before = sent_by(UNIDENTIFIED, cast.MAIJA, known)

    first = sent_by(HOUSING_SYSTEM, cast.VERA, marked(ETHAN))
    later = sent_by(UNIDENTIFIED, cast.MAIJA, known)

    assert marks(before, first, later) == [[False, True]] * 3
    protection.set_mark(later.version.applicants.get(position=1), protected=False, by=acting("supervisor"))
    assert marks(before, first, later) == [[False, False]] * 3


@pytest.mark.parametrize(
    "different", [{"birth_date": "1990-03-15"}, {"first_names": "Emil"}, {"last_name": "Evensen"}]
)
def test_mark_of_somebody_without_a_code_is_nobody_elses(different):
    other = application(cast.MAIJA, {**ETHAN, **different})

    sent_by(HOUSING_SYSTEM, cast.VERA, marked(ETHAN))

    assert marks(other) == [[False, False]]


def test_mark_reaches_slots_under_every_live_key(settings):
    settings.FIELD_INDEX_KEYS = ["o" * 64]
    before = application(cast.MAIJA, cast.OLLI)
    settings.FIELD_INDEX_KEYS = ["n" * 64, "o" * 64]

    sent_by(HOUSING_SYSTEM, marked(cast.OLLI))

    assert marks(before) == [[False, True]]


def test_address_of_whoever_has_applied_with_a_protected_person_is_hidden_in_their_other_applications():
    """They may share a home (R16)."""
    together, alone = application(cast.MAIJA, cast.VILLE), application(cast.VILLE)
    protection.set_mark(applicant(together, cast.MAIJA), protected=True, by=acting("supervisor"))

    found = protection.hiding(alone.version.applicants.get())

    assert [(str(each), each.version.application_id) for each in found] == [("Maija Liisa Meikäläinen", together.pk)]
    assert protection.hiding(application(cast.VERA).version.applicants.get()) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first", ["mark", "sending"])
@pytest.mark.parametrize("door", ["staff", "housing system"])
def test_mark_that_is_set_while_an_application_is_sent_holds_in_it_too(door, first):
    sent, holds = application(cast.OLLI), threading.Event()
    acts = {
        "mark": lambda: (
            protection.set_mark(applicant(sent, cast.OLLI), protected=True, by=CLOCK)
            if door == "staff"
            else sent_by(HOUSING_SYSTEM, marked(cast.OLLI))
        ),
        "sending": lambda: application(cast.OLLI),
    }

    def hold():
        with transaction.atomic():
            acts.pop(first)()
            holds.set()
            time.sleep(0.2)

    def follow():
        assert holds.wait(60)
        next(iter(acts.values()))()

    assert at_once(hold, follow) == [None, None]

    assert set(Applicant.objects.values_list("protected", flat=True)) == {True}
    assert Applicant.objects.count() == (2 if door == "staff" else 3)


@pytest.mark.django_db(transaction=True)
def test_applications_without_marks_do_not_wait_for_each_other():
    """An import is one transaction, and may take minutes."""
    holds, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            application(cast.OLLI)
            holds.set()
            return done.wait(60 if connection.vendor == "postgresql" else 1.5)

    def follow():
        assert holds.wait(60)
        application(cast.OLLI)
        done.set()

    is_done = at_once(hold, follow)[0]

    assert is_done is (connection.vendor == "postgresql")  # SQLite has one writer


def test_nobody_unidentified_hides_somebodys_details_in_their_other_applications():
    """By writing them beside somebody who is marked (R16)."""
    victims = application(cast.OLLI)
    sent = sent_by(UNIDENTIFIED, marked(cast.MAIJA), cast.OLLI)

    found = [protection.hiding(applicant(each, cast.OLLI)) for each in (victims, sent)]

    assert [[str(slot) for slot in each] for each in found] == [[], ["Maija Liisa Meikäläinen"]]
