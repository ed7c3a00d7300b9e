import datetime as dt
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from applications import changes, clock, confirmation, document, states
from applications.models import Applicant, Confirmation, StateChange, Version
from core import stored
from identity.enums import Method
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, actor, application, confirm, person, proof, state
from tests.interleaving import before_lock, before_statement

pytestmark = pytest.mark.django_db


def test_confirm_by_the_only_adult_makes_it_valid():
    sent = application(cast.MAIJA)

    confirm(sent, cast.MAIJA)

    assert state(sent) == "valid"


def test_confirm_by_one_of_two_leaves_it_waiting_for_the_other():
    """R1"""
    sent = application(cast.MAIJA, cast.OLLI)

    confirm(sent, cast.MAIJA)

    sent.refresh_from_db()
    assert sent.state == "awaiting"
    assert [str(a) for a in sent.waits_for] == ["Olli Öhman"]


def test_confirm_by_all_four_makes_it_valid():
    """R1, R3"""
    everybody = (cast.MAIJA, cast.OLLI, cast.VERA, cast.VILLE)
    sent = application(*everybody)

    for who in everybody:
        assert state(sent) == "awaiting"
        confirm(sent, who)

    assert state(sent) == "valid"


def test_confirm_does_not_wait_for_somebody_under_18():
    """R2"""
    sent = application(cast.MAIJA, cast.TEA)

    confirm(sent, cast.MAIJA)

    assert state(sent) == "valid"


def test_confirm_by_somebody_under_18_is_refused():
    """R2"""
    sent = application(cast.MAIJA, cast.TEA)

    with pytest.raises(confirmation.Under18):
        confirm(sent, cast.TEA)

    assert Confirmation.objects.count() == 0


def test_confirm_waits_for_somebody_who_turned_18_meanwhile(time_machine):
    """R2: Tea, born 1 May 2016, turns 18 on 1 May 2034"""
    time_machine.move_to("2034-04-30T12:00:00+03:00")
    sent = application(cast.MAIJA, cast.TEA)
    time_machine.move_to("2034-05-01T00:01:00+03:00")

    confirm(sent, cast.MAIJA)
    assert state(sent) == "awaiting"

    confirm(sent, cast.TEA)
    assert state(sent) == "valid"


def test_confirm_by_an_outsider_is_refused():
    """R4"""
    sent = application(cast.MAIJA)

    with pytest.raises(confirmation.NotAnApplicant):
        confirm(sent, cast.OTSO)

    assert state(sent) == "awaiting"


def test_confirm_compares_the_code_and_not_the_name():
    """R4: a different name never blocks"""
    sent = application({**cast.MAIJA, "first_names": "Maia", "last_name": "Möller"})

    confirm(sent, cast.MAIJA)

    assert state(sent) == "valid"


def test_confirm_compares_all_eleven_characters():
    """R4: another sign is another person, though date, number and check are the same"""
    sent = application({**cast.MAIJA, "hetu": "010594X9032"})

    with pytest.raises(confirmation.NotAnApplicant):
        confirm(sent, cast.MAIJA)


def test_confirm_twice_returns_the_first_confirmation():
    """R12"""
    sent = application(cast.MAIJA)

    first, second = confirm(sent, cast.MAIJA), confirm(sent, cast.MAIJA)

    assert first == second
    assert Confirmation.objects.count() == 1
    assert StateChange.objects.filter(application=sent, transition="confirmed").count() == 1


def test_confirm_stores_the_evidence():
    sent = application(cast.MAIJA)
    before = timezone.now()

    made = confirm(sent, cast.MAIJA)

    sent.refresh_from_db()
    assert made.applicant.version == sent.current
    assert made.digest == sent.version.digest
    assert (made.method, made.provider, made.level) == (Method.BANK, "demo", "loatest2")
    assert made.terms.text_fi
    assert before <= made.confirmed_at <= timezone.now()


def test_confirm_of_a_version_that_is_no_longer_current_is_refused():
    """R6"""
    sent = application(cast.MAIJA)
    read = sent.version.digest
    changed = document.parse(cast.changed(cast.MAIJA, reference="HS-2"))
    changes.put(sent, changed, tag=read, by=HOUSING_SYSTEM)

    with pytest.raises(confirmation.Changed):
        confirm(sent, cast.MAIJA, digest=read)

    assert Confirmation.objects.count() == 0


@pytest.mark.parametrize("ended", ["lapsed", "expired", "withdrawn", "replaced"])
def test_confirm_of_an_ended_application_is_refused(ended):
    """R8"""
    sent = application(cast.MAIJA)
    type(sent).objects.update(state=ended)

    with pytest.raises(confirmation.CannotConfirmEnded):
        confirm(sent, cast.MAIJA)


def test_confirm_after_the_last_day_is_refused_though_no_clock_moved_it_yet(time_machine):
    """R5"""
    time_machine.move_to("2026-11-16T12:00:00+02:00")
    sent = application(cast.MAIJA)
    time_machine.move_to("2027-02-14T23:59:00+02:00")
    assert sent.is_open
    time_machine.move_to("2027-02-15T00:00:30+02:00")

    with pytest.raises(confirmation.CannotConfirmEnded):
        confirm(sent, cast.MAIJA)


def test_confirm_replaces_the_other_open_applications_of_its_adults():
    """R9: a waiting one, a valid one, and one in which the co-applicant applies alone"""
    valid = application(cast.MAIJA)
    confirm(valid, cast.MAIJA)
    waiting, olli_alone = application(cast.MAIJA, cast.VERA), application(cast.OLLI)
    outsiders = application(cast.OTSO)
    together = application(cast.MAIJA, cast.OLLI)

    confirm(together, cast.MAIJA)
    assert [state(a) for a in (valid, waiting, olli_alone)] == ["valid", "awaiting", "awaiting"]

    confirm(together, cast.OLLI)
    assert [state(a) for a in (together, valid, waiting, olli_alone, outsiders)] == [
        "valid",
        "replaced",
        "replaced",
        "replaced",
        "awaiting",
    ]


def test_confirm_leaves_other_applications_of_a_minor_alone():
    """R9: children may be on several"""
    with_maija, with_olli = application(cast.MAIJA, cast.TEA), application(cast.OLLI, cast.TEA)

    confirm(with_maija, cast.MAIJA)
    confirm(with_olli, cast.OLLI)

    assert [state(a) for a in (with_maija, with_olli)] == ["valid", "valid"]


def test_confirm_leaves_ended_applications_as_they_ended():
    """R9"""
    old = application(cast.MAIJA)
    type(old).objects.filter(pk=old.pk).update(state="withdrawn")

    confirm(application(cast.MAIJA), cast.MAIJA)

    assert state(old) == "withdrawn"


def leaves(rival):
    without = document.parse(cast.document(cast.MAIJA, cast.VERA))
    return lambda: changes.put(rival, without, tag=rival.version.digest, by=HOUSING_SYSTEM)


def test_application_that_one_left_while_the_last_confirmation_waited_is_not_replaced():
    """R9: they apply in it no more"""
    sent, rival = application(cast.OLLI), application(cast.MAIJA, cast.OLLI)

    with before_lock(leaves(rival)):
        confirm(sent, cast.OLLI)

    assert (state(sent), state(rival)) == ("valid", "awaiting")


def test_application_that_one_joined_while_the_last_confirmation_waited_is_replaced():
    """R9: whichever of the two has the lower key"""
    earlier, sent, later = application(cast.MAIJA), application(cast.OLLI), application(cast.VERA)

    def join():
        for rival, who in ((earlier, cast.MAIJA), (later, cast.VERA)):
            joined = document.parse(cast.document(who, cast.OLLI))
            changes.put(rival, joined, tag=rival.version.digest, by=HOUSING_SYSTEM)

    person(cast.OLLI)
    with before_statement(join, begins="SAVEPOINT", number=2):  # in which the locks are taken
        confirm(sent, cast.OLLI)

    assert (state(earlier), state(sent), state(later)) == ("replaced", "valid", "replaced")


def test_confirmation_for_which_a_rival_became_valid_first_is_refused():
    sent, rival = application(cast.OLLI), application(cast.OLLI)

    with before_lock(lambda: confirm(rival, cast.OLLI)), pytest.raises(confirmation.CannotConfirmEnded):
        confirm(sent, cast.OLLI)


@pytest.mark.parametrize(("confirmed", "ended"), [(False, "lapsed"), (True, "expired")])
def test_application_that_has_ended_today_is_not_replaced_though_no_clock_came_by(confirmed, ended, time_machine):
    """R8: its people were told that it has ended"""
    time_machine.move_to("2026-11-16T12:00:00+02:00", tick=False)
    old = application(cast.MAIJA, cast.OLLI)
    for who in (cast.MAIJA, cast.OLLI) if confirmed else ():
        confirm(old, who)
    time_machine.shift(dt.timedelta(days=91))
    sent = application(cast.MAIJA)
    old.refresh_from_db()
    assert old.status == ended

    confirm(sent, cast.MAIJA)
    clock.tick()

    assert (state(sent), state(old)) == ("valid", ended)


def test_confirm_finds_rivals_stored_under_an_older_index_key(settings):
    """R9 while the index keys are rotated"""
    old = application(cast.MAIJA)
    settings.FIELD_INDEX_KEYS = ["a newer key of thirty-two characters", *settings.FIELD_INDEX_KEYS]

    confirm(application(cast.MAIJA), cast.MAIJA)

    assert state(old) == "replaced"


@pytest.mark.parametrize("column", ["digest", "salt", "number", "created_at", "application"])
def test_what_a_confirmation_names_is_not_edited(column):
    """R6"""
    sent = application(cast.MAIJA)

    with pytest.raises(IntegrityError, match="kept as they are"), transaction.atomic():
        Version.objects.filter(pk=sent.current_id).update(
            **{
                column: {"number": 7, "created_at": timezone.now(), "application": application(cast.OLLI)}.get(
                    column, "0"
                )
            }
        )


def test_content_exchanged_in_the_database_is_not_confirmed(caplog):
    """The person would sign what nobody sent."""
    sent, other = application(cast.MAIJA), application(cast.MAIJA, language="sv")
    Version.objects.filter(pk=sent.current_id).update(content=Version.objects.get(pk=other.current_id).content)

    with pytest.raises(confirmation.Spoiled):
        confirm(sent, cast.MAIJA)

    assert Confirmation.objects.count() == 0
    assert "version or slot altered" in caplog.text


def test_slot_exchanged_in_the_database_is_not_confirmed_by_whoever_was_put_into_it():
    """R4: neither code nor index is bound to its row"""
    sent, other = application(cast.MAIJA), application(cast.OTSO)
    otsos = Applicant.objects.get(version=other.current_id)
    Applicant.objects.filter(version=sent.current_id).update(
        hetu=otsos.hetu, hetu_index=otsos.hetu_index, birth_date=otsos.birth_date
    )

    with pytest.raises(confirmation.Spoiled):
        confirm(sent, cast.OTSO)


def test_confirm_writes_who_made_the_application_valid():
    """R19"""
    sent = application(cast.MAIJA)

    confirm(sent, cast.MAIJA)

    row = StateChange.objects.get(application=sent, transition="confirmed")
    assert (row.from_state, row.to_state, row.source) == ("awaiting", "valid", "person")
    assert row.user.person == person(cast.MAIJA)
    assert row.how == "bank"
    assert row.at.tzinfo == dt.UTC


def test_confirm_that_cannot_be_recorded_changes_nothing(monkeypatch):
    """The record cannot be written, so nothing is."""
    sent = application(cast.MAIJA)

    def disk_full(rows):
        raise OSError("No space left on device")

    monkeypatch.setattr(states, "stored", SimpleNamespace(insert=disk_full, update=stored.update))
    with pytest.raises(OSError, match="No space"):
        confirm(sent, cast.MAIJA)

    assert state(sent) == "awaiting"
    assert Confirmation.objects.count() == 0


@pytest.mark.parametrize("rivals", [0, 1])
def test_confirm_takes_a_constant_number_of_statements(rivals, django_assert_num_queries):
    sent = application(cast.MAIJA, cast.OLLI)
    confirm(sent, cast.OLLI)
    for _ in range(rivals):
        application(cast.MAIJA)
    read = type(sent).objects.with_people().get(pk=sent.pk)
    maija, terms = actor(cast.MAIJA), confirm(sent, cast.OLLI).terms

    # two savepoints and their releases, rivals, lock, the application and its rivals with their people, confirmation,
    # application, state change, trail (3), what is told, letters; for each rival its state, the change, the
    # trail (3), what is told, and the letters
    with django_assert_num_queries(15 + 7 * rivals):
        confirmation.confirm(read, by=maija, proof=proof(), terms=terms, digest=read.version.digest)
