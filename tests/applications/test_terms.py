import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone, translation

from applications import terms
from applications.models import Terms, TermsAcceptance
from tests import cast
from tests.applications.factories import actor, person

pytestmark = pytest.mark.django_db


def publish(days_from_now):
    at = timezone.now() + dt.timedelta(days=days_from_now)
    return Terms.objects.create(published_at=at, text_fi="ehdot", text_sv="villkor", text_en="terms")


def test_current_terms_are_the_newest_published():
    newest = publish(-1)
    publish(-2)
    publish(+1)

    assert terms.current() == newest


def test_accept_twice_is_one_acceptance():
    """R12"""
    maija, current = actor(cast.MAIJA), terms.current()

    terms.accept(current, by=maija)
    terms.accept(current, by=maija)

    assert TermsAcceptance.objects.count() == 1


def test_acceptance_counts_for_one_version_and_one_person(django_assert_num_queries):
    maija, olli = person(cast.MAIJA), person(cast.OLLI)
    terms.accept(terms.current(), by=actor(cast.MAIJA))

    with django_assert_num_queries(1):
        assert terms.current_with_acceptance(maija)[1] is True
    assert terms.current_with_acceptance(olli)[1] is False
    newer = publish(-1)
    assert terms.current_with_acceptance(maija) == (newer, False)


@pytest.mark.parametrize(("language", "text"), [("fi", "ehdot"), ("sv", "villkor"), ("en", "terms")])
def test_text_is_in_the_language_of_the_page(language, text):
    with translation.override(language):
        assert terms.text(publish(-1)) == text


@pytest.mark.parametrize("column", ["published_at", "text_fi", "text_sv", "text_en"])
def test_published_terms_stay_as_somebody_read_them(column):
    publish(-1)

    with pytest.raises(IntegrityError, match="kept as they are"), transaction.atomic():
        Terms.objects.update(**{column: F(column)})


def test_terms_to_be_published_can_still_be_changed():
    to_come = publish(+1)

    Terms.objects.filter(pk=to_come.pk).update(text_fi="paremmat ehdot")

    assert Terms.objects.get(pk=to_come.pk).text_fi == "paremmat ehdot"


def test_acceptance_is_neither_changed_nor_deleted():
    """Who accepted which terms, and when, stays until the person's data are erased (R18)."""
    terms.accept(terms.current(), by=actor(cast.MAIJA))

    for act in (lambda rows: rows.update(accepted_at=timezone.now()), lambda rows: rows.delete()):
        with pytest.raises(IntegrityError, match="kept as they are"), transaction.atomic():
            act(TermsAcceptance.objects.all())
