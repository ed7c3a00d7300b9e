import contextlib
import datetime as dt

import pytest

from applications import changes, document, invitations, present
from applications.document import Stored
from applications.models import Confirmation
from mailing import letters as mailing_letters
from mailing.models import Letter
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, actor, applicant, application, confirm, state
from tests.applications.households import fresh, posted, written
from tests.interleaving import before_lock

pytestmark = pytest.mark.django_db


def changed(*people, **more):
    return document.parse(cast.document(*people, language="sv", **more))


def renewed_by(who):
    return actor(who)


def test_change_makes_a_second_version_and_keeps_the_first():
    """R6"""
    sent = application(cast.MAIJA)
    first = sent.version

    second = changes.put(sent, changed(cast.MAIJA, cast.OLLI), tag=first.digest, by=HOUSING_SYSTEM)

    first.refresh_from_db()
    assert [first.number, second.number] == [1, 2]
    assert first.digest != second.digest
    assert [len(v.applicants.all()) for v in (first, second)] == [1, 2]


def test_change_lets_the_confirmations_fall_and_keeps_them_as_history():
    """R6"""
    sent = application(cast.MAIJA)
    confirm(sent, cast.MAIJA)

    changes.put(sent, changed(cast.MAIJA), tag=sent.version.digest, by=HOUSING_SYSTEM)

    sent.refresh_from_db()
    assert sent.state == "awaiting"
    assert [str(a) for a in sent.waits_for] == ["Maija Liisa Meikäläinen"]
    assert Confirmation.objects.count() == 1


def test_change_starts_another_90_days(time_machine):
    """R5"""
    time_machine.move_to("2026-11-16T12:00:00+02:00")
    sent = application(cast.MAIJA)
    time_machine.move_to("2026-12-16T12:00:00+02:00")

    changes.put(sent, changed(cast.MAIJA), tag=sent.version.digest, by=HOUSING_SYSTEM)

    sent.refresh_from_db()
    assert sent.valid_until.isoformat() == "2027-03-16"


def test_change_of_what_somebody_else_changed_meanwhile_is_refused():
    sent = application(cast.MAIJA)
    read = sent.version.digest
    changes.put(sent, changed(cast.MAIJA), tag=read, by=HOUSING_SYSTEM)

    with pytest.raises(changes.NotLatest):
        changes.put(sent, changed(cast.MAIJA, cast.OLLI), tag=read, by=HOUSING_SYSTEM)

    assert sent.versions.count() == 2


@pytest.mark.parametrize("ended", ["lapsed", "expired", "withdrawn", "replaced"])
def test_change_or_renewal_of_an_ended_application_is_refused(ended):
    """R8"""
    sent = application(cast.MAIJA)
    confirm(sent, cast.MAIJA)
    type(sent).objects.update(state=ended)

    with pytest.raises(changes.CannotChangeEnded):
        changes.put(sent, changed(cast.MAIJA), tag=sent.version.digest, by=HOUSING_SYSTEM)
    with pytest.raises(changes.CannotChangeEnded):
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


def two_valid_of_tea(time_machine):
    """Return two valid applications of Tea, who turned 18 in both, with Maija and with Olli, and confirmed both."""
    time_machine.move_to("2034-04-20T12:00:00+03:00")
    both = application(cast.MAIJA, cast.TEA), application(cast.OLLI, cast.TEA)
    confirm(both[0], cast.MAIJA)
    confirm(both[1], cast.OLLI)
    time_machine.shift(dt.timedelta(days=20))
    for each in both:
        confirm(each, cast.TEA)
    return both


def test_of_two_valid_applications_of_one_adult_the_renewed_one_replaces_the_other(time_machine):
    """R9: both could be renewed for ever, and hold two homes from others who wait"""
    with_maija, with_olli = two_valid_of_tea(time_machine)

    changes.renew(with_maija, by=actor(cast.TEA))

    assert (state(with_maija), state(with_olli)) == ("valid", "replaced")
    assert sorted(Letter.objects.filter(message="replaced").values_list("to", flat=True)) == [
        "olli@example.test",
        "tea@example.test",
    ]
    with pytest.raises(changes.CannotChangeEnded):
        changes.renew(with_olli, by=actor(cast.OLLI))


def test_renewal_leaves_an_application_that_still_waits_to_replace_it(time_machine):
    time_machine.move_to("2026-11-16T12:00:00+02:00")
    valid = application(cast.MAIJA)
    confirm(valid, cast.MAIJA)
    time_machine.shift(dt.timedelta(days=10))
    newer = application(cast.MAIJA, cast.OLLI)

    changes.renew(valid, by=actor(cast.MAIJA))

    assert (state(valid), state(newer)) == ("valid", "awaiting")


def test_renewal_of_what_was_replaced_while_it_waited_is_refused(time_machine):
    with_maija, with_olli = two_valid_of_tea(time_machine)

    with before_lock(lambda: changes.renew(with_olli, by=actor(cast.OLLI))), pytest.raises(changes.CannotChangeEnded):
        changes.renew(with_maija, by=actor(cast.MAIJA))


def test_renewal_is_told_to_everybody_reached_in_their_own_language(time_machine):
    """R7"""
    time_machine.move_to("2026-11-16T12:00:00+02:00")
    sent = application(cast.MAIJA, cast.OLLI)
    confirm(sent, cast.MAIJA)
    confirm(sent, cast.OLLI)
    time_machine.shift(dt.timedelta(days=10))

    changes.renew(sent, by=renewed_by(cast.OLLI))

    told = Letter.objects.filter(message="renewed").order_by("to")
    assert [(each.to, each.parameters.get("is_me", False)) for each in told] == [
        ("maija@example.test", False),
        ("olli@example.test", True),
    ]
    assert "Olli Öhman" in written(told[0])[1]


def test_renewing_again_on_the_same_day_changes_nothing_and_tells_nobody_again(time_machine):
    time_machine.move_to("2026-11-16T12:00:00+02:00")
    sent = application(cast.MAIJA)
    confirm(sent, cast.MAIJA)
    time_machine.shift(dt.timedelta(days=10))
    changes.renew(sent, by=renewed_by(cast.MAIJA))

    changes.renew(sent, by=renewed_by(cast.MAIJA))

    assert sent.changes.filter(transition="renewed").count() == 1
    assert Letter.objects.filter(message="renewed").count() == 1


def test_renewal_waits_for_somebody_who_turned_18_since_it_became_valid(time_machine):
    """R2, ADR 4"""
    time_machine.move_to("2034-04-20T12:00:00+03:00")  # Tea is 18 on 1 May 2034
    sent = application(cast.MAIJA, cast.TEA)
    confirm(sent, cast.MAIJA)
    time_machine.move_to("2034-05-02T12:00:00+03:00")

    with pytest.raises(changes.MustConfirmToo):
        changes.renew(sent, by=renewed_by(cast.MAIJA))
    before = state(sent)
    confirm(sent, cast.TEA)
    changes.renew(sent, by=renewed_by(cast.MAIJA))

    sent.refresh_from_db()
    assert before == "valid"
    assert (sent.state, sent.valid_until.isoformat()) == ("valid", "2034-07-31")


def removed(sent, who, by, *, digest=None):
    slot = applicant(sent, who)
    return changes.remove(slot, digest=digest or slot.version.digest, by=renewed_by(by))


def test_removing_makes_a_version_without_them_that_all_confirm_again():
    sent = application(cast.MAIJA, cast.OLLI, cast.VERA)
    confirm(sent, cast.MAIJA)
    confirm(sent, cast.VERA)
    invitations.decline(applicant(sent, cast.OLLI))
    Letter.objects.all().delete()

    second = removed(sent, cast.OLLI, cast.MAIJA)

    read = fresh(sent)
    assert (second.number, read.state) == (2, "awaiting")
    assert [str(a) for a in read.waits_for] == ["Maija Liisa Meikäläinen", "Vera Virtanen"]
    assert posted() == [("arrived", "maija"), ("invitation", "vera")]


def test_removing_keeps_everything_else_and_the_contact_details_that_people_corrected():
    sent = application(cast.MAIJA, cast.OLLI, cast.VERA)
    before = Stored.model_validate_json(sent.version.content)
    invitations.correct_own_contact_details(
        applicant(sent, cast.VERA), email="new@example.test", phone="+358 40 765 4321", language="sv"
    )
    type(applicant(sent, cast.VERA)).objects.filter(pk=applicant(sent, cast.VERA).pk).update(protected=True)

    after = Stored.model_validate_json(removed(sent, cast.OLLI, cast.MAIJA).content)

    vera = applicant(sent, cast.VERA)
    assert after == before.model_copy(update={"co_applicants": before.co_applicants[1:]})
    assert (vera.email, vera.phone, vera.language, vera.protected) == (
        "new@example.test",
        "+358 40 765 4321",
        "sv",
        True,
    )


def test_removing_is_for_the_main_applicant_and_of_somebody_who_is_awaited():
    sent = application(cast.MAIJA, cast.OLLI, cast.VERA, cast.TEA)
    confirm(sent, cast.VERA)

    for who, by in [
        (cast.OLLI, cast.VERA),
        (cast.MAIJA, cast.MAIJA),
        (cast.VERA, cast.MAIJA),
        (cast.TEA, cast.MAIJA),
        (cast.OLLI, cast.OTSO),
    ]:
        with pytest.raises(changes.CannotRemove):
            removed(sent, who, by)

    assert sent.versions.count() == 1


def removed_letters():
    return list(Letter.objects.filter(message="removed").values_list("to", flat=True))


@pytest.mark.parametrize("confirmed", [(), (cast.OLLI,), (cast.MAIJA, cast.OLLI)], ids=["waits", "half", "valid"])
def test_whoever_is_removed_is_told_and_of_nobody_else(confirmed):
    """J2: their confirmation has fallen"""
    sent = application(cast.MAIJA, cast.OLLI)
    for who in confirmed:
        confirm(sent, who)
    without = document.parse(cast.document(cast.MAIJA, cast.VERA))

    changes.put(sent, without, tag=sent.version.digest, by=HOUSING_SYSTEM)

    assert removed_letters() == ["olli@example.test"]
    message = mailing_letters.write_letter(Letter.objects.get(message="removed"))
    assert [name for name in ("Maija", "Vera") if name in message.body] == []
    assert ("Vahvistuksesi ei ole enää voimassa." in message.body) == (cast.OLLI in confirmed)


def test_whoever_stays_or_said_that_it_is_not_for_them_gets_no_letter_of_removal():
    sent = application(cast.MAIJA, cast.OLLI, cast.TEA)
    invitations.decline(applicant(sent, cast.OLLI))
    without = document.parse(cast.document(cast.MAIJA))

    changes.put(sent, without, tag=sent.version.digest, by=HOUSING_SYSTEM)

    assert removed_letters() == []


def test_removing_from_what_somebody_changed_meanwhile_is_refused():
    sent = application(cast.MAIJA, cast.OLLI)
    slot, read = applicant(sent, cast.OLLI), sent.version.digest
    changes.put(sent, changed(cast.MAIJA, cast.OLLI, cast.VERA), tag=read, by=HOUSING_SYSTEM)

    with pytest.raises(changes.NotLatest):
        changes.remove(slot, digest=read, by=renewed_by(cast.MAIJA))
    with pytest.raises(changes.NotLatest):
        removed(sent, cast.OLLI, cast.MAIJA, digest=read)


def test_edit_that_changes_nothing_makes_no_version():
    sent = application(cast.MAIJA, cast.OLLI)
    same = present.document(sent.version)

    with pytest.raises(changes.Unchanged):
        changes.edit(sent, same, digest=sent.version.digest, by=renewed_by(cast.OLLI))


def test_edit_may_send_as_it_was_what_somebody_has_declined():
    """R10: whoever declined by mistake is asked again"""
    sent = application(cast.MAIJA, cast.OLLI)
    invitations.decline(applicant(sent, cast.OLLI))

    changes.edit(sent, present.document(sent.version), digest=sent.version.digest, by=actor(cast.MAIJA))

    assert [each.is_awaited for each in fresh(sent).applicants] == [True, True]
    assert Letter.objects.filter(message="invitation", to=applicant(sent, cast.OLLI).email).count() == 2


@pytest.mark.parametrize("who", [cast.OTSO, cast.TEA])
def test_edit_by_an_outsider_or_somebody_under_18_is_refused(who):
    sent = application(cast.MAIJA, cast.TEA)

    with pytest.raises(changes.NotAnAdultApplicant):
        changes.edit(sent, changed(cast.MAIJA), digest=sent.version.digest, by=renewed_by(who))

    assert sent.versions.count() == 1


def test_change_tells_everybody_who_applied_before_that_it_was_changed():
    """R6: a co-applicant who is new reads an invitation like any other"""
    sent = application(cast.MAIJA, cast.OLLI)
    Letter.objects.all().delete()

    changes.put(sent, changed(cast.MAIJA, cast.OLLI, cast.VERA), tag=sent.version.digest, by=renewed_by(cast.OLLI))

    told = Letter.objects.order_by("pk").values_list("message", "to", "parameters__is_changed")
    assert list(told) == [
        ("arrived", "maija@example.test", True),
        ("invitation", "olli@example.test", True),
        ("invitation", "vera@example.test", None),
    ]


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


@pytest.mark.parametrize("valid", [True, False])
def test_withdrawing_ends_the_application_and_tells_everybody(valid):
    """R11"""
    sent = application(cast.MAIJA, cast.OLLI)
    if valid:
        confirm(sent, cast.MAIJA)
        confirm(sent, cast.OLLI)

    changes.withdraw(sent, by=actor(cast.OLLI))

    assert state(sent) == "withdrawn"
    told = Letter.objects.filter(message="withdrawn").values_list("to", flat=True)
    assert sorted(told) == ["maija@example.test", "olli@example.test"]


def test_withdrawing_twice_is_refused_and_tells_nobody_again():
    """R8"""
    sent = application(cast.MAIJA)
    changes.withdraw(sent, by=HOUSING_SYSTEM)

    with pytest.raises(changes.CannotChangeEnded):
        changes.withdraw(sent, by=HOUSING_SYSTEM)

    assert Letter.objects.filter(message="withdrawn").count() == 1


@pytest.mark.parametrize("who", [cast.OTSO, cast.TEA])
def test_withdrawing_by_an_outsider_or_somebody_under_18_is_refused(who):
    """R11"""
    sent = application(cast.MAIJA, cast.TEA)

    with pytest.raises(changes.NotAnAdultApplicant):
        changes.withdraw(sent, by=actor(who))

    assert state(sent) == "awaiting"


@pytest.mark.parametrize(("days", "gains"), [(0, False), (1, True)])
def test_nobody_is_told_of_a_renewal_that_gains_no_day(time_machine, days, gains):
    """R7"""
    time_machine.move_to("2026-11-16T12:00:00+02:00")
    sent = application(cast.MAIJA, cast.OLLI)
    for who in (cast.MAIJA, cast.OLLI):
        confirm(sent, who)
    time_machine.shift(dt.timedelta(days=days))

    with contextlib.nullcontext() if gains else pytest.raises(changes.NothingGained):
        changes.renew(sent, by=renewed_by(cast.MAIJA))

    assert Letter.objects.filter(message="renewed").exists() is gains
    assert sent.changes.filter(transition="renewed").exists() is gains


def test_a_renewal_never_takes_days_away(settings, time_machine):
    """Once the operator has made the period shorter, renewing would end it earlier."""
    time_machine.move_to("2026-11-16T12:00:00+02:00")
    sent = application(cast.MAIJA)
    confirm(sent, cast.MAIJA)
    settings.APPLICATION_VALID_DAYS = 60
    time_machine.shift(dt.timedelta(days=20))

    with pytest.raises(changes.NothingGained):
        changes.renew(sent, by=renewed_by(cast.MAIJA))

    sent.refresh_from_db()
    assert sent.valid_until.isoformat() == "2027-02-14"
