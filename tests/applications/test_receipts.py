"""Receipts as evidence: their numbers, and how one stands."""

import pytest
from django.db import IntegrityError, transaction

from applications import changes, document, receipts, references
from applications.enums import State
from applications.models import Application, Confirmation
from applications.receipts import Standing
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, application, confirm

pytestmark = pytest.mark.django_db


def check(made, length=64):
    return receipts.check(number=made.number, check_code=made.digest[:length])


def change(sent):
    fresh = Application.objects.get(pk=sent.pk)
    other = document.parse(cast.document(cast.MAIJA, cast.OLLI, language="sv"))
    changes.put(fresh, other, tag=fresh.version.digest, by=HOUSING_SYSTEM)


def end(sent):
    changes.withdraw(Application.objects.get(pk=sent.pk), by=HOUSING_SYSTEM)


def test_every_confirmation_has_a_number_of_its_own_that_can_be_checked():
    sent = application(cast.MAIJA, cast.OLLI)

    made = [confirm(sent, who) for who in (cast.MAIJA, cast.OLLI)]

    assert len({each.number for each in made}) == 2
    assert [references.normalise_reference(each.receipt_number) for each in made] == [each.number for each in made]


def test_number_and_the_row_it_stands_for_are_kept():
    made = confirm(application(cast.MAIJA), cast.MAIJA)

    with pytest.raises(IntegrityError, match="kept as they are"), transaction.atomic():
        Confirmation.objects.update(number=references.new())
    with pytest.raises(IntegrityError), transaction.atomic():
        Confirmation.objects.filter(pk=made.pk).delete()


@pytest.mark.parametrize("length", [16, 17, 40, 64])
def test_genuine_receipt_of_an_application_that_waits_or_is_valid_counts(length):
    sent = application(cast.MAIJA, cast.OLLI)
    first = confirm(sent, cast.MAIJA)
    waiting = check(first, length)
    second = confirm(sent, cast.OLLI)

    assert (waiting.standing, waiting.application.status) == (Standing.COUNTS, State.AWAITING)
    for made in (first, second):
        assert check(made, length).standing == Standing.COUNTS
        assert check(made, length).application.status == State.VALID


def test_a_receipt_that_was_copied_by_hand_is_genuine():
    made = confirm(application(cast.MAIJA), cast.MAIJA)
    by_hand = made.digest.upper().translate(str.maketrans("0158", "OISB"))

    checked = receipts.check(number=made.number, check_code=receipts.normalise_check_code(by_hand))

    assert checked.standing == Standing.COUNTS


def test_neither_number_nor_digest_alone_is_a_receipt():
    first, second = (confirm(application(who), who) for who in (cast.MAIJA, cast.OLLI))

    assert receipts.check(number=first.number, check_code=second.digest) is None
    assert receipts.check(number=first.number, check_code=first.digest[:-1] + "g") is None
    assert receipts.check(number=first.number, check_code=first.digest[1:17]) is None
    assert receipts.check(number=references.new(), check_code=first.digest) is None
    assert receipts.check(number=references.new(), check_code="-" * 64) is None


def test_receipt_of_a_changed_application_no_longer_counts_and_the_new_one_does():
    sent = application(cast.MAIJA, cast.OLLI)
    before = confirm(sent, cast.MAIJA)
    change(sent)
    after = confirm(sent, cast.MAIJA)

    assert check(before).standing == Standing.CHANGED
    assert check(after).standing == Standing.COUNTS


def test_receipt_of_a_confirmation_that_was_undone_no_longer_counts_and_the_next_one_does():
    """C5"""
    sent = application(cast.MAIJA, cast.OLLI)
    first = confirm(sent, cast.MAIJA)
    Confirmation.objects.filter(pk=first.pk).update(undone_at="2034-04-20T12:00:00Z")
    again = confirm(sent, cast.MAIJA)

    assert check(first).standing == Standing.UNDONE
    assert check(again).standing == Standing.COUNTS


def test_receipt_of_an_application_that_has_ended_no_longer_counts():
    sent = application(cast.MAIJA, cast.OLLI)
    made = confirm(sent, cast.MAIJA)
    end(sent)

    assert check(made).standing == Standing.ENDED


def test_receipt_counts_until_the_last_day_and_not_a_day_longer(time_machine):
    """Also before the clock has stored that the application has ended (R5)."""
    time_machine.move_to("2026-11-16T12:00:00+02:00")
    made = confirm(application(cast.MAIJA), cast.MAIJA)

    time_machine.move_to("2027-02-14T23:59:00+02:00")
    last = check(made).standing
    time_machine.move_to("2027-02-15T00:01:00+02:00")

    assert (last, check(made).standing) == (Standing.COUNTS, Standing.ENDED)


@pytest.mark.parametrize("known", [True, False])
def test_checking_takes_one_query_whatever_is_wrong(django_assert_num_queries, known):
    made = confirm(application(cast.MAIJA, cast.OLLI), cast.MAIJA)

    with django_assert_num_queries(1):
        receipts.check(number=made.number if known else references.new(), check_code="0" * 16)
    with django_assert_num_queries(1):
        check(made)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("0123 4567 89ab cdef", "0123456789abcdef"),
        ("  0123-4567–89AB\tCDEF\n0", "0123456789abcdef0"),
        ("\ufeff0123\u20114567\u221289ab\u00adcdef\u200b", "0123456789abcdef"),
        ("f" * 64, "f" * 64),
        ("f" * 65, None),
        ("0123 4567 89ab cde", None),
        ("0123 4567 89ab cdek", None),
        ("０123 4567 89ab cdef", None),
        ("", None),
    ],
)
def test_check_code_is_taken_however_it_is_grouped(typed, code):
    assert receipts.normalise_check_code(typed) == code
