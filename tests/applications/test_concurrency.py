"""Several people in the same second, each over a connection of their own, on either database (R9, R12)."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from applications import changes, confirmation, document, invitations
from applications.models import Application, Confirmation, StateChange
from tests import cast
from tests.applications.factories import (
    HOUSING_SYSTEM,
    actor,
    applicant,
    application,
    confirm,
    invitation,
    person,
    state,
)
from tests.applications.test_changes import two_valid_of_tea

pytestmark = pytest.mark.django_db(transaction=True)

FOUR = (cast.MAIJA, cast.OLLI, cast.VERA, cast.VILLE)


def at_once(*acts):
    """Run every act in a thread of its own, let go together; return what each returned or raised."""
    gate = threading.Barrier(len(acts))

    def run(act):
        try:
            gate.wait()
            return act()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_four_adults_at_once_and_twice_each_make_one_confirmation_each():
    for who in FOUR:
        person(who)
    for _ in range(5):
        sent = application(*FOUR)

        made = at_once(*[lambda sent=sent, who=who: confirm(sent, who) for who in FOUR for _ in range(2)])

        assert state(sent) == "valid"
        assert Confirmation.objects.filter(applicant__version=sent.current).count() == 4
        assert StateChange.objects.filter(application=sent, transition="confirmed").count() == 1
        assert sorted(c.pk for c in made) == sorted([c.pk for c in set(made)] * 2)


def test_two_applications_of_the_same_adults_at_once_leave_one_valid():
    for who in FOUR[:2]:
        person(who)
    for _ in range(5):
        first, second = application(cast.MAIJA, cast.OLLI), application(cast.OLLI, cast.MAIJA)

        outcomes = at_once(
            *[lambda sent=sent, who=who: confirm(sent, who) for sent in (first, second) for who in FOUR[:2]]
        )

        # Whichever was complete first replaces the other; who comes later is told, and meets no error.
        refused = [o for o in outcomes if not isinstance(o, Confirmation)]
        assert all(isinstance(o, confirmation.CannotConfirmEnded) for o in refused)
        assert sorted([state(first), state(second)]) == ["replaced", "valid"]


def test_confirming_while_one_is_removed_from_the_rival_replaces_it_or_is_not_the_rivals_any_more():
    """R9: the rival that the person has left by then stays as it is."""
    for who in FOUR[:3]:
        person(who)
    for _ in range(5):
        sent, rival = application(cast.OLLI), application(cast.MAIJA, cast.OLLI)
        without = document.parse(cast.document(cast.MAIJA, cast.VERA))

        confirmed, changed = at_once(
            lambda sent=sent: confirm(sent, cast.OLLI),
            lambda rival=rival, without=without: changes.put(
                rival, without, tag=rival.version.digest, by=HOUSING_SYSTEM
            ),
        )

        assert isinstance(confirmed, Confirmation)
        assert (state(sent), type(changed).__name__, state(rival)) in [
            ("valid", "Version", "awaiting"),
            ("valid", "CannotChangeEnded", "replaced"),
        ]


def test_confirming_while_one_joins_a_rival_leaves_one_of_them_and_meets_no_error():
    for who in FOUR[:3]:
        person(who)
    for _ in range(5):
        rival, sent = application(cast.MAIJA), application(cast.OLLI)
        joined = document.parse(cast.document(cast.MAIJA, cast.OLLI))

        confirmed, changed = at_once(
            lambda sent=sent: confirm(sent, cast.OLLI),
            lambda rival=rival, joined=joined: changes.put(rival, joined, tag=rival.version.digest, by=HOUSING_SYSTEM),
        )

        assert isinstance(confirmed, Confirmation)
        assert type(changed).__name__ == "Version"
        assert (state(sent), state(rival)) in [("valid", "awaiting"), ("valid", "replaced")]


def test_confirming_while_it_is_changed_confirms_what_was_read_or_nothing():
    person(cast.MAIJA)
    changed = document.parse(cast.document(cast.MAIJA, language="sv"))
    for _ in range(5):
        sent = application(cast.MAIJA)
        read = sent.version.digest

        at_once(
            lambda sent=sent, read=read: confirm(sent, cast.MAIJA, digest=read),
            lambda sent=sent, read=read: changes.put(sent, changed, tag=read, by=HOUSING_SYSTEM),
        )

        # Whoever came first: the change wins in the end, and what was confirmed is what was read.
        assert state(sent) == "awaiting"
        assert Application.objects.get(pk=sent.pk).version.number == 2
        assert set(
            Confirmation.objects.filter(applicant__version__application=sent).values_list("digest", flat=True)
        ) <= {read}


def test_confirming_while_it_is_withdrawn_ends_it_whoever_came_first():
    """R11"""
    for who in FOUR[:2]:
        person(who)
    for _ in range(5):
        sent = application(*FOUR[:2])
        confirm(sent, cast.MAIJA)

        outcomes = at_once(
            lambda sent=sent: confirm(sent, cast.OLLI),
            lambda sent=sent: changes.withdraw(sent, by=actor(cast.MAIJA)),
        )

        assert state(sent) == "withdrawn"
        assert isinstance(outcomes[0], Confirmation | confirmation.CannotConfirmEnded)
        assert StateChange.objects.filter(application=sent, transition="withdrawn").count() == 1


def test_two_who_change_it_at_once_make_one_version():
    """R12: the slower one is told"""
    for who in FOUR[:2]:
        person(who)
    for _ in range(5):
        sent = application(*FOUR[:2])
        read = sent.version.digest
        new = [document.parse(cast.document(*FOUR[:2], language=language)) for language in ("sv", "en")]

        outcomes = at_once(
            *[
                lambda sent=sent, read=read, made=made, who=who: changes.edit(sent, made, digest=read, by=actor(who))
                for made, who in zip(new, FOUR[:2], strict=True)
            ]
        )

        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NotLatest", "Version"]
        assert sent.versions.count() == 2


def test_two_who_renew_it_at_once_renew_it_once():
    """R7"""
    for who in FOUR[:2]:
        person(who)
    for _ in range(5):
        sent = application(*FOUR[:2], sent_at=(timezone.now() - dt.timedelta(days=3)).isoformat())
        for who in FOUR[:2]:
            confirm(sent, who)

        outcomes = at_once(*[lambda sent=sent, who=who: changes.renew(sent, by=actor(who)) for who in FOUR[:2]])

        assert outcomes == [None, None]
        assert StateChange.objects.filter(application=sent, transition="renewed").count() == 1


def test_declining_by_a_link_while_it_is_replaced_is_one_or_the_other():
    """R13: never a new invitation for somebody who has declined, nor a decline by a link that was replaced"""
    person(cast.MAIJA)
    for _ in range(5):
        sent = application(*FOUR[:2])
        link, olli = invitation(sent, cast.OLLI), applicant(sent, cast.OLLI)

        declined, replaced = at_once(
            lambda link=link: invitations.decline_by_link(link),
            lambda olli=olli: invitations.correct_address(olli, email="right@example.test"),
        )

        assert (type(declined).__name__, type(replaced).__name__) in [
            ("NoneType", "InviteeNotAwaited"),
            ("InvitationReplaced", "list"),
        ]
        assert (applicant(sent, cast.OLLI).declined_at is None) == (declined is not None)


def test_two_valid_applications_of_one_adult_renewed_at_once_leave_one_valid(time_machine):
    """R9"""
    both = two_valid_of_tea(time_machine)

    pairs = zip(both, (cast.MAIJA, cast.OLLI), strict=True)
    outcomes = at_once(*[lambda sent=sent, who=who: changes.renew(sent, by=actor(who)) for sent, who in pairs])

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["CannotChangeEnded", "NoneType"]
    assert sorted(state(sent) for sent in both) == ["replaced", "valid"]
