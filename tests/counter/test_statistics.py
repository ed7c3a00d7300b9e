import dataclasses
import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications import changes, document, invitations, states, terms
from applications.enums import Transition
from applications.models import Application, IdCheck
from core.actors import CLOCK
from counter import counter_confirmation, day_figures, id_checks, statistics
from counter.models import CountedDay
from counter.periods import Period
from counter.statistics import Days, Funnel, days_until_share
from identity.enums import Method
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, applicant, application, confirm, invitation, person
from tests.cast import MAIJA, OLLI, OTSO, TEA, VERA, VILLE
from tests.staff import acting

pytestmark = pytest.mark.django_db

HELSINKI = ZoneInfo("Europe/Helsinki")
NOVEMBER = Period(dt.date(2026, 11, 1), dt.date(2026, 11, 30))
NOTHING = Funnel(0, 0, 0, 0, 0, 0, 0)


def helsinki(*when):
    return dt.datetime(*when, tzinfo=HELSINKI)


@pytest.fixture
def at(time_machine):
    """Return a function that makes it a time in Helsinki."""
    return lambda *when: time_machine.move_to(helsinki(*when), tick=False)


@pytest.fixture(autouse=True)
def _noon(at):
    at(2026, 11, 10, 12)


def count_period(period):
    """Count a period, with what of it is kept at night as well as without."""
    figures = statistics.count_period(period)
    day_figures.keep()
    with_kept = statistics.count_period(period)
    CountedDay.objects.all().delete()
    assert dataclasses.replace(with_kept, kept=None) == figures
    return figures


def change(sent, *people):
    read = Application.objects.get(pk=sent.pk)
    changes.put(read, document.parse(cast.changed(*people)), tag=read.version.digest, by=HOUSING_SYSTEM)


def check(sent, who):
    """Let the adviser check somebody's passport."""
    made = IdCheck(
        document_type="passport",
        country="FI",
        document_valid_until=dt.date(2040, 1, 1),
        picture_matches=True,
        name_matches=True,
    )
    slot = applicant(sent, who)
    digest, code = slot.version.digest, slot.hetu or ""
    return id_checks.record(made, applicant=slot, digest=digest, code=code, is_doubtful=False, by=acting("adviser"))


def confirm_at_counter(sent, who):
    """Let somebody confirm after a check, and return the check."""
    made, slot = check(sent, who), applicant(sent, who)
    counter_confirmation.confirm_here(
        slot, terms_read=terms.current(), digest=slot.version.digest, by=acting("adviser")
    )
    return made


def undo(made):
    id_checks.undo(made, reason="another person", by=acting("supervisor"))


# --- Periods ---------------------------------------------------------------------------------------------


def test_latest_period_is_ninety_days_with_today():
    assert Period.latest() == Period(dt.date(2026, 8, 13), dt.date(2026, 11, 10))


def test_today_is_helsinkis(time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 10, 22, 30, tzinfo=dt.UTC), tick=False)

    assert Period.latest().until == dt.date(2026, 11, 11)


@pytest.mark.parametrize(
    ("day", "first", "hours"),
    [
        (dt.date(2027, 3, 27), dt.datetime(2027, 3, 26, 22, tzinfo=dt.UTC), 24),
        (dt.date(2027, 3, 28), dt.datetime(2027, 3, 27, 22, tzinfo=dt.UTC), 23),  # summer time begins
        (dt.date(2027, 10, 31), dt.datetime(2027, 10, 30, 21, tzinfo=dt.UTC), 25),  # and ends
    ],
)
def test_day_begins_and_ends_at_midnight_in_helsinki(day, first, hours):
    begins, after = (moment.astimezone(dt.UTC) for moment in Period(day, day).moments)

    assert (begins, (after - begins) / dt.timedelta(hours=1)) == (first, hours)


@pytest.mark.parametrize(
    ("since", "until", "mondays"),
    [
        ((2026, 11, 9), (2026, 11, 9), ["2026-11-09"]),
        ((2026, 11, 8), (2026, 11, 9), ["2026-11-02", "2026-11-09"]),
        ((2026, 11, 10), (2026, 11, 15), ["2026-11-09"]),
        ((2026, 12, 31), (2027, 1, 4), ["2026-12-28", "2027-01-04"]),
    ],
)
def test_period_touches_weeks_that_begin_on_monday(since, until, mondays):
    period = Period(dt.date(*since), dt.date(*until))

    assert [f"{day}" for day in period.mondays] == mondays


@pytest.mark.parametrize(
    ("moment", "sent"),
    [
        (helsinki(2026, 11, 9, 23, 59, 59, 999999), 0),
        (helsinki(2026, 11, 10), 1),
        (helsinki(2026, 11, 11, 23, 59, 59, 999999), 1),
        (helsinki(2026, 11, 12), 0),
    ],
)
def test_period_takes_its_first_and_its_last_moment_and_none_beside(at, moment, sent):
    at(2026, 11, 13)
    application(MAIJA, sent_at=moment.isoformat())

    assert count_period(Period(dt.date(2026, 11, 10), dt.date(2026, 11, 11))).funnel.sent == sent


# --- The funnel ------------------------------------------------------------------------------------------


def test_funnel_of_nothing():
    figures = count_period(NOVEMBER)

    assert (figures.funnel, figures.days) == (NOTHING, Days(None, None))


def test_funnel_counts_what_a_hand_would(at):
    couple, four, alone, lapsed = (
        application(MAIJA, OLLI),
        application(VERA, VILLE, TEA),
        application(OTSO),
        application(OTSO),
    )
    invitations.opened(invitation(couple, OLLI))
    confirm(couple, MAIJA)
    at(2026, 11, 12, 12)
    confirm(couple, OLLI)
    confirm(four, VERA)
    person(TEA)  # under 18: needs not
    states.transition(Application.objects.get(pk=lapsed.pk), Transition.LAPSED, by=CLOCK, at=timezone.now())
    person(OTSO)  # identified, in both applications; not confirmed

    assert count_period(NOVEMBER).funnel == Funnel(
        sent=4, invited=2, opened=1, identified=3 + 2, confirmed=3, became_valid=1, lapsed=1
    )
    assert alone.state == "awaiting"


def test_applications_of_other_times_are_in_no_figure_of_the_funnel():
    sent = application(MAIJA, OLLI)
    confirm(sent, MAIJA)
    confirm(sent, OLLI)

    assert count_period(Period(dt.date(2026, 11, 11), dt.date(2026, 11, 30))).funnel == NOTHING


def test_person_identified_before_the_application_was_sent_is_not_counted(at):
    person(MAIJA)
    at(2026, 11, 11)
    application(MAIJA)

    assert count_period(NOVEMBER).funnel.identified == 0


def test_person_who_confirms_in_a_session_older_than_the_change_is_identified(at):
    sent = application(MAIJA)
    person(MAIJA)
    at(2026, 11, 11)
    change(sent, MAIJA)
    confirm(sent, MAIJA)

    assert count_period(NOVEMBER).funnel.identified == 1


def test_person_checked_at_the_counter_is_identified_until_the_check_is_undone():
    sent = application(MAIJA)
    made = check(sent, MAIJA)

    before = count_period(NOVEMBER).funnel
    undo(made)

    assert (before.identified, before.confirmed) == (1, 0)
    assert count_period(NOVEMBER).funnel.identified == 0


def test_invitation_sent_again_counts_once(at):
    sent = application(MAIJA, OLLI)
    invitations.opened(invitation(sent, OLLI))
    at(2026, 11, 10, 13)
    invitations.resend(applicant(sent, OLLI))
    invitations.opened(invitation(sent, OLLI))

    figures = count_period(NOVEMBER).funnel

    assert (figures.invited, figures.opened) == (1, 1)


def test_change_lets_the_people_of_the_former_version_go():
    sent = application(MAIJA, OLLI)
    invitations.opened(invitation(sent, OLLI))
    confirm(sent, MAIJA)
    confirm(sent, OLLI)

    change(sent, MAIJA, VERA, VILLE)

    figures = count_period(NOVEMBER)
    assert figures.funnel == Funnel(sent=1, invited=2, opened=0, identified=1, confirmed=0, became_valid=0, lapsed=0)
    assert sum(figures.by_method.values()) == 2  # they were made all the same


def test_application_valid_again_after_a_change_counts_once_from_its_first_sending(at):
    sent = application(MAIJA)
    confirm(sent, MAIJA)
    change(sent, MAIJA)
    at(2026, 11, 14)
    confirm(sent, MAIJA)

    figures = count_period(NOVEMBER)

    assert (figures.funnel.became_valid, figures.days) == (1, Days(4, 4))


def test_renewed_application_became_valid_when_it_was_confirmed(at):
    sent = application(MAIJA)
    confirm(sent, MAIJA)
    at(2026, 11, 20)
    states.transition(Application.objects.get(pk=sent.pk), Transition.RENEWED, by=HOUSING_SYSTEM, at=timezone.now())

    assert count_period(NOVEMBER).days == Days(0, 0)


def test_what_was_undone_counts_nowhere():
    sent = application(MAIJA)
    made = confirm_at_counter(sent, MAIJA)
    before = count_period(NOVEMBER)

    undo(made)

    after = count_period(NOVEMBER)
    assert (before.funnel.confirmed, before.funnel.became_valid, before.by_method["counter"]) == (1, 1, 1)
    assert (after.funnel.confirmed, after.funnel.became_valid, after.by_method["counter"]) == (0, 0, 0)
    assert (sum(before.checks.values()), sum(after.checks.values())) == (1, 0)


# --- Days from sending to validity -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "median", "ninety"),
    [
        ({}, None, None),
        ({3: 1}, 3, 3),
        ({0: 1, 8: 1}, 0, 8),
        ({0: 9, 30: 1}, 0, 0),
        ({0: 89, 30: 11}, 0, 30),
        ({1: 1, 2: 1, 3: 1}, 2, 3),
        ({5: 2, 1: 2}, 1, 5),
    ],
)
def test_within_how_many_days(counts, median, ninety):
    assert (days_until_share(counts, percent=50), days_until_share(counts, percent=90)) == (median, ninety)


@pytest.mark.parametrize(
    ("sent", "valid", "days"),
    [
        ((2026, 11, 10, 0, 0), (2026, 11, 10, 23, 59), 0),
        ((2026, 11, 10, 23, 59), (2026, 11, 11, 0, 1), 1),
        ((2027, 3, 27, 12, 0), (2027, 3, 28, 12, 0), 1),  # 23 hours
        ((2027, 10, 30, 23, 30), (2027, 10, 31, 0, 30), 1),
        ((2027, 10, 30, 12, 0), (2027, 11, 1, 12, 0), 2),  # 49 hours
    ],
)
def test_days_are_counted_by_the_dates_of_helsinki(at, sent, valid, days):
    at(*sent)
    made = application(MAIJA)
    at(*valid)
    confirm(made, MAIJA)

    period = Period(dt.date(*sent[:3]), dt.date(*sent[:3]))
    assert count_period(period).days == Days(days, days)


def test_days_of_several_applications(at):
    sent = [application(who) for who in (MAIJA, OLLI, VERA)]
    for application_, who, day in zip(sent, (MAIJA, OLLI, VERA), (10, 12, 17), strict=True):
        at(2026, 11, day, 12)
        confirm(application_, who)

    assert count_period(NOVEMBER).days == Days(median=2, nine_tenths=7)


# --- Confirmations and checks ----------------------------------------------------------------------------


def test_confirmations_are_counted_by_method_language_and_week(at):
    at(2026, 11, 8, 23, 30)  # a Sunday
    confirm(application(MAIJA), MAIJA)
    at(2026, 11, 9, 0, 30)  # in UTC still Sunday
    swedish = application(OLLI)
    applicants = Application.objects.with_people().get(pk=swedish.pk).applicants
    invitations.correct_own_contact_details(applicants[0], email="", phone="", language="sv")
    confirm_at_counter(swedish, OLLI)
    confirm(application(VERA), VERA)

    figures = count_period(Period(dt.date(2026, 11, 8), dt.date(2026, 11, 16)))

    assert figures.by_method == {**dict.fromkeys(Method.values, 0), "bank": 2, "counter": 1}
    assert figures.by_language == {"fi": 2, "sv": 1, "en": 0}
    assert figures.by_week == {dt.date(2026, 11, 2): 1, dt.date(2026, 11, 9): 2, dt.date(2026, 11, 16): 0}


def test_confirmation_counts_in_the_period_in_which_it_was_made(at):
    sent = application(MAIJA)
    at(2026, 12, 1)
    confirm(sent, MAIJA)

    of_november, of_december = (
        count_period(period) for period in (NOVEMBER, Period(dt.date(2026, 12, 1), dt.date(2026, 12, 1)))
    )
    assert (of_november.by_method["bank"], of_november.funnel.confirmed) == (0, 1)
    assert (of_december.by_method["bank"], of_december.funnel.confirmed) == (1, 0)


def test_weeks_before_the_first_confirmation_are_left_out(at):
    weeks = [count_period(NOVEMBER).by_week]
    at(2026, 11, 16, 0, 30)
    confirm(application(MAIJA), MAIJA)
    weeks.append(count_period(NOVEMBER).by_week)

    assert weeks == [
        {},
        dict.fromkeys([dt.date(2026, 11, day) for day in (16, 23, 30)], 0) | {dt.date(2026, 11, 16): 1},
    ]


def test_checks_are_counted_by_hour_and_weekday_of_helsinki(at):
    for who, when in ((MAIJA, (2026, 11, 9, 0, 30)), (OLLI, (2026, 11, 9, 9, 0)), (VERA, (2026, 11, 15, 11, 59))):
        at(*when)
        check(application(who), who)

    figures = count_period(NOVEMBER)

    assert figures.checks == {(0, 0): 1, (0, 9): 1, (6, 11): 1}


def test_hour_that_comes_twice_is_one_hour_of_the_day(time_machine):
    for who, hour in ((MAIJA, 0), (OLLI, 1)):  # summer time ends at 1 o'clock UTC
        time_machine.move_to(dt.datetime(2027, 10, 31, hour, 30, tzinfo=dt.UTC), tick=False)
        check(application(who), who)

    assert count_period(Period(dt.date(2027, 10, 31), dt.date(2027, 10, 31))).checks == {(6, 3): 2}


def test_without_checks_there_is_no_hour():
    assert count_period(NOVEMBER).checks == {}


def test_statistics_take_as_many_queries_for_thirty_applications_as_for_one():
    counts = []
    for number in (1, 29):
        for _ in range(number):
            sent = application(MAIJA, OLLI)
            confirm(sent, MAIJA)
            check(sent, OLLI)
        with CaptureQueriesContext(connection) as queries:
            figures = statistics.count_period(NOVEMBER)
        counts.append(len(queries))

    assert figures.funnel.sent == 30
    assert counts == [9, 9]


# --- What is kept at night -------------------------------------------------------------------------------


@pytest.fixture
def lived(at):
    """Let some applications live through November, one of them until December."""
    for day, who in ((2, MAIJA), (15, OLLI)):
        at(2026, 11, day, 12)
        confirm(application(who), who)
    at(2026, 11, 20, 9, 30)
    made = confirm_at_counter(application(VERA), VERA)
    couple = application(VILLE, OTSO)
    confirm(couple, VILLE)
    invitations.opened(invitation(couple, OTSO))
    at(2026, 12, 1, 3)
    return made, couple


def test_figures_that_are_kept_are_those_that_are_counted(lived):
    counted = statistics.count_period(NOVEMBER)
    day_figures.keep()

    with CaptureQueriesContext(connection) as queries:
        kept = statistics.count_period(NOVEMBER)

    assert kept.kept.day == dt.date(2026, 11, 30)
    assert dataclasses.replace(kept, kept=None) == counted
    assert counted.funnel == Funnel(4, 1, 1, 4, 4, 3, 0)
    assert len(queries) == 2  # the figures of the days, and since when there are any


def test_what_happens_after_the_night_counts_from_the_next_one(at, lived):
    made, couple = lived
    day_figures.keep()
    at(2026, 12, 1, 12)
    confirm(couple, OTSO)
    undo(made)
    period = Period(dt.date(2026, 11, 1), dt.date(2026, 12, 1))
    figures = [statistics.count_period(period)]
    at(2026, 12, 2, 3)
    day_figures.keep()
    figures.append(statistics.count_period(period))

    assert [(one.funnel.became_valid, sum(one.by_method.values()), len(one.checks)) for one in figures] == [
        (3, 5, 1),
        (3, 4, 0),
    ]


def test_days_of_what_has_been_removed_are_kept_no_longer(at, lived):
    day_figures.keep()
    at(2026, 12, 3)
    Application.objects.filter(sent_at__lt=helsinki(2026, 11, 10)).update(sent_at=helsinki(2026, 11, 25))
    day_figures.keep()

    assert CountedDay.objects.earliest("day").day == dt.date(2026, 11, 15)
    assert statistics.count_period(NOVEMBER).funnel.sent == 4


def test_a_clock_that_was_wrong_once_hides_nothing(at, lived):
    at(2027, 2, 1)
    day_figures.keep()
    at(2026, 12, 1, 12)
    application(MAIJA)
    period = Period(dt.date(2026, 12, 1), dt.date(2026, 12, 1))

    assert statistics.count_period(period).funnel.sent == 1
    day_figures.keep()
    assert CountedDay.objects.latest("day").day == dt.date(2026, 11, 30)


def test_days_of_somebody_who_is_erased_are_counted_anew(lived):
    day_figures.keep()
    second = Application.objects.get(sent_at__lt=helsinki(2026, 11, 10))
    days = day_figures.days_of([second.pk])
    assert days == {dt.date(2026, 11, 2)}

    Application.objects.filter(pk=second.pk).update(sent_at=helsinki(2026, 11, 25))
    day_figures.keep_anew(days | {dt.date(2026, 12, 1)})

    assert CountedDay.objects.get(day=dt.date(2026, 11, 2)).figures == [
        ["method", "bank", 1],
        ["language", "fi", 1],
    ]
    assert not CountedDay.objects.filter(day=dt.date(2026, 12, 1)).exists()


def test_kept_figures_name_nobody(lived):
    day_figures.keep()

    names = {name for row in CountedDay.objects.all() for name, _value, _count in row.figures}
    assert names == {
        *("sent", "invited", "opened", "confirmed", "valid after days"),
        *("method", "language", "ID checks at hour"),
    }
