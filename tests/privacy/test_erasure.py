"""Erasing on request: what goes, what stays for the others, and who may (R18, docs/adr/0003)."""

import datetime as dt

import pytest
from django.db import IntegrityError
from django.utils import timezone

from applications import states, terms
from applications.enums import Transition
from applications.models import Applicant, Application, Confirmation, NamePart
from counter import day_figures
from counter.models import CountedDay, RemovedFigure
from identity.models import Account, Person, User
from mailing.models import Letter
from privacy import erasure
from records import verify
from records.models import Entry
from tests import cast
from tests.applications.factories import actor, applicant, application, confirm, person
from tests.counter.broken_trail import refusing
from tests.counter.checks import check, confirm_by_account, issue
from tests.privacy.test_purge import difference, everything, hanging_on
from tests.staff import acting, staff

pytestmark = pytest.mark.django_db

REASON = "Asked for it at the counter"


def ended(*people, confirmed=True, **more):
    sent = application(*people, **more)
    for who in people if confirmed else ():
        terms.accept(terms.current(), by=actor(who))
        confirm(sent, who)
    withdraw(sent, people[0])
    return sent


def withdraw(sent, who=cast.MAIJA):
    by = actor(who)
    states.transition(Application.objects.get(pk=sent.pk), Transition.WITHDRAWN, by=by, at=timezone.now())


def erase(sent, who):
    return erasure.erase_person(applicant(sent, who), reason=REASON, by=acting("supervisor"))


def rows_of(who):
    return Person.objects.filter(last_name=who["last_name"], first_names=who["first_names"])


def test_sole_applicant_goes_whole():
    other = ended(cast.OTSO, reference="HS-2")
    sent = ended(cast.MAIJA)
    maija = person(cast.MAIJA)
    expected = hanging_on(Application, {sent.pk})
    before = everything()

    done = erase(sent, cast.MAIJA)

    gone, _new, changed = difference(before, everything())
    assert done.is_person_removed
    assert {model.__name__ for model in gone} == {
        *(model.__name__ for model, keys in expected.items() if keys),
        *("Person", "TermsAcceptance", "Letter"),
    }
    assert all(gone[model] == keys for model, keys in expected.items() if keys)
    assert gone[Person] == {maija.pk}
    assert Application.objects.filter(pk=other.pk).exists()
    # The trail names the sign-in, so it stays, without anything in it.
    user = User.objects.get(pk=maija.user_id)
    assert (user.has_usable_password(), changed[User]) == (False, {maija.user_id})


def test_erasing_is_recorded_with_its_reason_and_leaves_figures():
    sent = ended(cast.MAIJA)
    slot = applicant(sent, cast.MAIJA)

    erase(sent, cast.MAIJA)

    [entry] = Entry.objects.filter(event="erased").select_related("chain")
    assert (entry.chain.name, entry.subject) == (f"application {sent.pk}", f"applicant {slot.pk}")
    assert (entry.role, entry.user, entry.facts) == (
        "supervisor",
        staff("supervisor"),
        {"reason": REASON, "outcome": "removed"},
    )
    assert RemovedFigure.objects.get(figure="sent").count == 1
    assert list(verify.verify_everything()) == []


def test_figures_of_the_days_of_somebody_who_is_erased_are_counted_anew(time_machine):
    """Else the figures of a day would tell, by how much they are more than what is there, what was erased."""
    time_machine.move_to("2026-11-18T12:00:00+02:00")
    ended(cast.OTSO, reference="HS-2")
    sent = ended(cast.MAIJA)
    time_machine.move_to("2026-11-20T12:00:00+02:00")
    day_figures.keep()
    day = CountedDay.objects.get(day="2026-11-18")
    assert ["sent", "", 2] in day.figures

    erase(sent, cast.MAIJA)

    day.refresh_from_db()
    assert ["sent", "", 1] in day.figures
    assert ["method", "bank", 1] in day.figures


def test_open_application_is_withdrawn_first():
    ended(cast.MAIJA, reference="HS-2")
    sent = application(cast.MAIJA, cast.OLLI)
    staff("supervisor")
    before = everything()

    with pytest.raises(erasure.StillOpen):
        erase(sent, cast.OLLI)

    assert difference(before, everything()) == [{}, {}, {}]


def test_application_whose_last_day_is_over_goes_though_no_clock_came_by(time_machine):
    """R8: nobody could withdraw it any more"""
    time_machine.move_to("2026-11-16T12:00:00+02:00", tick=False)
    sent = application(cast.MAIJA)
    confirm(sent, cast.MAIJA)
    staff("supervisor")
    time_machine.shift(91 * 24 * 3600)
    plan = erasure.plan_erasure(applicant(sent, cast.MAIJA))

    done = erase(sent, cast.MAIJA)

    assert (plan.is_open, done.removed) == (False, [sent])
    assert not Application.objects.exists()


def test_of_a_joint_application_only_the_persons_own_contact_details_go():
    sent = ended(cast.MAIJA, cast.OLLI)
    olli, maija = applicant(sent, cast.OLLI), applicant(sent, cast.MAIJA)

    done = erase(sent, cast.OLLI)

    assert (done.removed, [e.application for e in done.emptied]) == ([], [sent])
    assert done.emptied[0].kept_until == timezone.localdate() + dt.timedelta(days=730)
    now = Applicant.objects.get(pk=olli.pk)
    assert (now.email, now.phone, str(now)) == ("", "", str(olli))
    assert not NamePart.objects.filter(applicant=olli).exists()
    assert not [letter for letter in Letter.objects.all() if letter.key.endswith(f":{olli.pk}")]
    kept = Applicant.objects.get(pk=maija.pk)
    assert (kept.email, kept.phone) == (maija.email, maija.phone)
    assert NamePart.objects.filter(applicant=maija).exists()
    assert [letter for letter in Letter.objects.all() if letter.key.endswith(f":{maija.pk}")]
    assert Confirmation.objects.filter(applicant__version__application=sent).count() == 2
    assert rows_of(cast.OLLI).exists()


def test_joint_application_goes_with_the_last_adult_who_is_erased():
    sent = ended(cast.MAIJA, cast.OLLI, cast.TEA, confirmed=False)
    erase(sent, cast.OLLI)

    erase(sent, cast.MAIJA)

    assert not Application.objects.filter(pk=sent.pk).exists()
    assert Entry.objects.filter(event="erased", chain__name=f"application {sent.pk}").count() == 2
    assert list(verify.verify_everything()) == []


def test_erasing_twice_leaves_what_stays():
    sent = ended(cast.MAIJA, cast.OLLI)

    erase(sent, cast.OLLI)
    erase(sent, cast.OLLI)

    assert Application.objects.filter(pk=sent.pk).exists()


def test_account_goes_without_a_letter():
    sent = application(cast.MAIJA)
    issue(check(sent, cast.MAIJA), email="maija.own@example.test")
    confirm_by_account(sent, cast.MAIJA)
    withdraw(sent)

    erase(sent, cast.MAIJA)

    assert not Account.objects.exists()
    assert not Letter.objects.exists()


def test_application_whose_check_bears_another_ones_confirmation_stays():
    """The check of a sole application stands behind what Maija confirmed together with Olli."""
    alone = application(cast.MAIJA)
    issue(check(alone, cast.MAIJA), email="maija.own@example.test")
    withdraw(alone)
    joint = application(cast.MAIJA, cast.OLLI, reference="HS-2")
    confirm_by_account(joint, cast.MAIJA)
    withdraw(joint)

    done = erase(alone, cast.MAIJA)

    assert (done.removed, {e.application for e in done.emptied}) == ([], {alone, joint})


def test_nothing_is_erased_without_its_entry_in_the_trail():
    sent = ended(cast.MAIJA)
    slot = applicant(sent, cast.MAIJA)
    staff("supervisor")
    before = everything()

    with refusing("erased"), pytest.raises(IntegrityError):
        erasure.erase_person(slot, reason=REASON, by=acting("supervisor"))

    assert difference(before, everything()) == [{}, {}, {}]
