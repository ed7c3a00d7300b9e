import pytest

from applications import changes, document
from applications.enums import Source
from applications.models import Confirmation
from applications.states import Actor
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, application, confirm, person, state

pytestmark = pytest.mark.django_db


def changed(*people, **more):
    return document.parse(cast.document(*people, language="sv", **more))


def renewed_by(who):
    return Actor(Source.PERSON, person(who), "bank")


def test_change_makes_a_second_version_and_keeps_the_first():
    """R6"""
    sent = application(cast.MAIJA)
    first = sent.version

    second = changes.change(sent, changed(cast.MAIJA, cast.OLLI), digest=first.digest, by=HOUSING_SYSTEM)

    first.refresh_from_db()
    assert [first.number, second.number] == [1, 2]
    assert first.digest != second.digest
    assert [len(v.applicants.all()) for v in (first, second)] == [1, 2]


def test_change_lets_the_confirmations_fall_and_keeps_them_as_history():
    """R6"""
    sent = application(cast.MAIJA)
    confirm(sent, cast.MAIJA)

    changes.change(sent, changed(cast.MAIJA), digest=sent.version.digest, by=HOUSING_SYSTEM)

    sent.refresh_from_db()
    assert sent.state == "awaiting"
    assert [str(a) for a in sent.waits_for] == ["Maija Liisa Meikäläinen"]
    assert Confirmation.objects.count() == 1


def test_change_starts_another_90_days(time_machine):
    """R5"""
    time_machine.move_to("2026-11-16T12:00:00+02:00")
    sent = application(cast.MAIJA)
    time_machine.move_to("2026-12-16T12:00:00+02:00")

    changes.change(sent, changed(cast.MAIJA), digest=sent.version.digest, by=HOUSING_SYSTEM)

    sent.refresh_from_db()
    assert sent.valid_until.isoformat() == "2027-03-16"


def test_change_of_what_somebody_else_changed_meanwhile_is_refused():
    sent = application(cast.MAIJA)
    read = sent.version.digest
    changes.change(sent, changed(cast.MAIJA), digest=read, by=HOUSING_SYSTEM)

    with pytest.raises(changes.NotLatest):
        changes.change(sent, changed(cast.MAIJA, cast.OLLI), digest=read, by=HOUSING_SYSTEM)

    assert sent.versions.count() == 2


@pytest.mark.parametrize("ended", ["lapsed", "expired", "withdrawn", "replaced"])
def test_change_or_renewal_of_an_ended_application_is_refused(ended):
    """R8"""
    sent = application(cast.MAIJA)
    confirm(sent, cast.MAIJA)
    type(sent).objects.update(state=ended)

    with pytest.raises(changes.Ended):
        changes.change(sent, changed(cast.MAIJA), digest=sent.version.digest, by=HOUSING_SYSTEM)
    with pytest.raises(changes.Ended):
        changes.renew(sent, by=renewed_by(cast.MAIJA))


def test_renew_starts_another_90_days_and_keeps_the_confirmations(time_machine):
    """R7"""
    time_machine.move_to("2026-11-16T12:00:00+02:00")
    sent = application(cast.MAIJA, cast.OLLI)
    confirm(sent, cast.MAIJA)
    confirm(sent, cast.OLLI)
    time_machine.move_to("2027-02-01T12:00:00+02:00")

    changes.renew(sent, by=renewed_by(cast.OLLI))

    sent.refresh_from_db()
    assert (sent.state, sent.valid_until.isoformat()) == ("valid", "2027-05-02")
    assert sent.waits_for == []


def test_renew_before_it_is_valid_is_refused():
    """R7"""
    sent = application(cast.MAIJA, cast.OLLI)
    confirm(sent, cast.MAIJA)

    with pytest.raises(changes.MustConfirmFirst):
        changes.renew(sent, by=renewed_by(cast.MAIJA))


def test_renew_by_somebody_who_has_not_confirmed_is_refused():
    """R7"""
    sent = application(cast.MAIJA, cast.TEA)
    confirm(sent, cast.MAIJA)

    for who in (cast.TEA, cast.OTSO):
        with pytest.raises(changes.MustConfirmFirst):
            changes.renew(sent, by=renewed_by(who))

    assert state(sent) == "valid"
