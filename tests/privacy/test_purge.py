"""The purge on made-up years: what is past its time goes, and nothing else (R18)."""

import copy
import datetime as dt
import io
import uuid
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection
from django.db.models import PROTECT, ProtectedError
from django.test import Client
from django.utils import timezone
from time_machine import travel

from applications import deadlines
from applications.models import Application, IdCheck
from counter import figures, id_checks
from counter.models import CountedDay, Feedback, RemovedFigure
from identity.models import Account, DirectorySession, Person, RateCount, User
from mailing.models import Letter, TrackingEvent
from privacy import purge as purging
from records import verify
from records.models import Chain, CommandRun, Entry
from tests import cast
from tests.applications.factories import application, person
from tests.counter.broken_trail import refusing
from tests.counter.checks import confirm_by_account, issue, passport
from tests.privacy.year import GONE, OLLIS, SINI, STAYS, TODAY, made_up
from tests.staff import acting, sign_in_staff, staff

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
NUMBERS = {
    "letters": 0,  # put in by the test that counts them
    "delivery reports": 1,
    "feedback": 1,
    "applications": len(GONE),
    "accounts closed": 1,
    "people": 1,
    "chains of the trail": 2,
    "sessions": 2,  # one, and the row on which one of the directory stood
    "counts of tries": 1,
    "repeatable answers": 1,
}


@pytest.fixture(scope="module")
def years(written_once):
    with travel(TODAY, tick=False) as clock:
        return made_up(clock)


@pytest.fixture
def sent(years, time_machine):
    time_machine.move_to(TODAY, tick=False)
    return copy.deepcopy(years)  # a test may change what it is given


def purge(**options):
    """Run the command; return what it says, kind by kind."""
    out = io.StringIO()
    call_command("purge", stdout=out, **options)
    return {kind: int(number) for kind, _, number in (line.rpartition(": ") for line in out.getvalue().splitlines())}


def everything():
    """Return every row of every table, but for when a command last ran."""
    return {
        model: {row[model._meta.pk.attname]: row for row in model.objects.values()}
        for model in tables()
        if model is not CommandRun
    }


def tables():
    return [model for model in apps.get_models() if model._meta.managed and not model._meta.proxy]


def hanging_on(model, keys):
    """Return by model the keys of everything that points to these rows, through however many others.

    A closed account that rests on a check among them lets go of it, and stays.
    """
    found, left = {model: set(keys)}, [(model, set(keys))]
    while left:
        model, keys = left.pop()
        for relation in relations(model):
            own = relation.related_model
            if own is Account:
                continue
            new = set(own.objects.filter(**{f"{relation.field.name}__in": keys}).values_list("pk", flat=True))
            new -= found.setdefault(own, set())
            found[own] |= new
            if new:
                left.append((own, new))
    return found


def relations(model):
    """Return the foreign keys that point to a model, those too that it has no name for."""
    fields = model._meta.get_fields(include_hidden=True)
    return [f for f in fields if f.auto_created and not f.concrete and (f.one_to_many or f.one_to_one)]


def difference(before, after):
    """Return the keys of the rows that went, that came and that are not what they were, by model, where any did."""
    gone = {model: before[model].keys() - after[model].keys() for model in before}
    new = {model: after[model].keys() - before[model].keys() for model in before}
    other = {m: {k for k in before[m].keys() & after[m].keys() if before[m][k] != after[m][k]} for m in before}
    return [{model: keys for model, keys in each.items() if keys} for each in (gone, new, other)]


def keys(model, **conditions):
    return set(model.objects.filter(**conditions).values_list("pk", flat=True))


def test_the_years_hold_applications_of_every_kind(sent):
    assert sent.keys() == GONE | STAYS
    assert {Application.objects.get(pk=each.pk).state for each in sent.values()} == {
        *("awaiting", "valid", "lapsed", "expired", "withdrawn", "replaced")
    }


def test_what_is_past_its_time_goes_and_nothing_else(sent):
    references = [sent[name].reference for name in GONE]
    sini = Person.objects.get(last_name=SINI["last_name"])
    expected = hanging_on(Application, {sent[name].pk for name in GONE})
    old = set(Chain.objects.filter(name__in=[f"application {sent['2021'].pk}", "staff 4 2021"]))
    expected |= {
        Chain: {chain.pk for chain in old},
        Entry: keys(Entry, chain__in=old),
        Letter: keys(Letter, created_at__lt=TODAY - 183 * DAY, sent_at__isnull=False)
        | keys(Letter, about__in=references),
        Person: {sini.pk},
        User: {sini.user_id},
        apps.get_model("applications", "TermsAcceptance"): keys(
            apps.get_model("applications", "TermsAcceptance"), person=sini
        ),
        TrackingEvent: keys(TrackingEvent, message_id="1000"),
        Feedback: keys(Feedback, answered_at__lt=TODAY - 365 * DAY),
        RateCount: {"1000"},
        DirectorySession: keys(DirectorySession, sid="1000"),
        apps.get_model("sessions", "Session"): {"1000"},
        apps.get_model("upstream", "IdempotencyRecord"): keys(
            apps.get_model("upstream", "IdempotencyRecord"), key="1000"
        ),
    }
    before = everything()

    purge()

    gone, new, other = difference(before, everything())
    account = Account.objects.get(email=OLLIS)
    assert gone == {model: found for model, found in expected.items() if found}
    assert {model: len(found) for model, found in new.items()} == {
        Letter: 1,
        Chain: 1,
        Entry: Entry.objects.filter(event="purged").count(),
        RemovedFigure: RemovedFigure.objects.count(),
        CountedDay: CountedDay.objects.count(),
    }
    assert other == {Account: {account.pk}, User: {account.user_id}} | {
        model: found for model, found in other.items() if model._meta.model_name == "accountlink"
    }


def test_dry_run_says_the_same_numbers_and_changes_nothing(sent):
    before = everything()
    expected = {**NUMBERS, "letters": len(keys(Letter, created_at__lt=TODAY - 183 * DAY, sent_at__isnull=False))}

    said = purge(dry_run=True)

    assert difference(before, everything()) == [{}, {}, {}]
    assert said == expected
    assert purge() == expected


def test_twice_is_once(sent):
    purge()
    before = everything()

    assert set(purge().values()) == {0}
    assert difference(before, everything()) == [{}, {}, {}]


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_batches_of_any_length_remove_the_same(sent, monkeypatch, batch):
    monkeypatch.setattr(purging, "BATCH", batch)
    monkeypatch.setattr("identity.person_removal.BATCH", batch)
    monkeypatch.setattr("records.chain_removal.BATCH", batch)

    assert {kind: number for kind, number in purge().items() if kind != "letters"} == {
        kind: number for kind, number in NUMBERS.items() if kind != "letters"
    }
    assert {each.pk for each in Application.objects.all()} == {sent[name].pk for name in STAYS}


def test_interrupted_purge_has_done_the_oldest_and_goes_on_where_it_stopped(sent, monkeypatch):
    monkeypatch.setattr(purging, "BATCH", 1)
    before = {"2021", "replaced long ago", "expired long ago", "withdrawn early"}

    with refusing_to_remove(sent["lapsed"]), pytest.raises(IntegrityError):
        purge()
    left = set(Application.objects.values_list("pk", flat=True))
    rest = purge()

    assert left == {each.pk for name, each in sent.items() if name not in before}
    assert rest["applications"] == len(GONE - before)
    assert set(Application.objects.values_list("pk", flat=True)) == {sent[name].pk for name in STAYS}
    assert sum(RemovedFigure.objects.filter(figure="sent").values_list("count", flat=True)) == len(GONE)
    assert list(verify.verify_everything()) == []


@contextmanager
def refusing_to_remove(application):
    """Let the database refuse to remove one application, as if somebody pulled the plug there."""
    act = "SELECT RAISE(ABORT, 'x'); END"
    on = f"BEFORE DELETE ON {Application._meta.db_table} FOR EACH ROW WHEN (OLD.id = {application.pk})"
    if connection.vendor == "postgresql":
        execute(
            "CREATE FUNCTION stuck() RETURNS trigger LANGUAGE plpgsql AS $$"
            " BEGIN RAISE EXCEPTION 'x' USING ERRCODE = 'restrict_violation'; END $$"
        )
        execute(f"CREATE TRIGGER stuck {on} EXECUTE FUNCTION stuck()")
    else:
        execute(f"CREATE TRIGGER stuck {on} BEGIN {act}")
    try:
        yield
    finally:
        execute("DROP FUNCTION stuck CASCADE" if connection.vendor == "postgresql" else "DROP TRIGGER stuck")


def execute(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_nothing_goes_without_its_entry_in_the_trail(sent):
    before = everything()

    with refusing("purged"), pytest.raises(IntegrityError):
        purge()

    gone, come, changed = difference(before, everything())
    assert (gone, changed) == ({}, {})
    assert come.keys() == {CountedDay}  # the figures of the days are counted whatever happens


def test_the_trail_tells_what_was_purged_and_still_verifies(sent):
    said = purge()

    entries = Entry.objects.filter(chain__name="purge 2027")
    assert {entry.role for entry in entries} == {"clock"}
    for kind, number in said.items():
        assert sum(entry.facts.get(kind, 0) for entry in entries) == number
    assert list(verify.verify_everything()) == []


def test_figures_of_nobody_are_left(sent):
    purge()

    left = {(f"{f.month:%Y-%m}", f.figure, f.value): f.count for f in RemovedFigure.objects.all()}
    assert left == {
        ("2021-01", "sent", ""): 1,
        ("2021-01", "ended as", "expired"): 1,
        ("2021-01", "valid after days", "0"): 1,
        ("2021-01", "method", "bank"): 1,
        ("2021-01", "language", "fi"): 1,
        ("2025-01", "sent", ""): 2,
        ("2025-01", "ended as", "expired"): 1,
        ("2025-01", "ended as", "replaced"): 1,
        ("2025-01", "valid after days", "0"): 2,
        ("2025-01", "method", "bank"): 5,
        ("2025-01", "language", "fi"): 5,
        ("2027-01", "sent", ""): 3,
        ("2027-01", "ended as", "lapsed"): 2,
        ("2027-01", "ended as", "withdrawn"): 1,
        ("2027-01", "method", "counter"): 1,
        ("2027-01", "language", "fi"): 1,
        ("2027-01", "ID checks", ""): 2,
    }


def test_figures_are_added_to_those_of_earlier_purges(sent):
    key = sent["2021"].pk

    figures.keep_figures([key])
    figures.keep_figures([key])

    assert RemovedFigure.objects.get(figure="sent").count == 2


def test_application_whose_check_bears_a_confirmation_of_another_stays(sent):
    """Vera confirmed with an account whose check was made for an application that is past its time."""
    old, valid = sent["expired long ago"], sent["waiting"]
    made = Application.objects.with_people().get(pk=old.pk)
    slot = made.applicants[1]
    settle_doubts()
    found = check_in(slot)
    issue(found, email="olli.other@example.test")
    confirm_by_account(valid, cast.OLLI)

    purge()

    assert Application.objects.filter(pk=old.pk).exists()
    assert Account.objects.get(email="olli.other@example.test").closed_at is None


def settle_doubts():
    """Take the second looks that wait: nothing passes them by."""
    for made in IdCheck.objects.waiting():
        id_checks.decide(made, accepted=True, reason="Seen", by=acting("supervisor"))


@pytest.fixture
def resting(sent, settings, time_machine):
    """Return three applications: by accounts, the second rests on a check of the first, and the third of the second.

    Two are past their time, for the third replaced the second; it stays for a year.
    """
    first, second = sent["expired long ago"], sent["waiting"]
    confirm_after_check_in(first, position=1, who=cast.OLLI, confirmed=second)
    third = application(cast.MAIJA)
    confirm_after_check_in(second, position=0, who=cast.MAIJA, confirmed=third)
    settings.RETENTION_ENDED_DAYS = 1
    time_machine.move_to(TODAY + 3 * DAY)
    return Application.objects.filter(pk__in=[first.pk, second.pk, third.pk])


def confirm_after_check_in(bearing, *, position, who, confirmed):
    """Let somebody confirm by an account that was issued after a check in another application."""
    slot = Application.objects.with_people().get(pk=bearing.pk).applicants[position]
    settle_doubts()
    issue(check_in(slot), email=f"{position}@example.test")
    confirm_by_account(confirmed, who)


@pytest.mark.parametrize("batch", [1, 200])
def test_applications_stay_while_one_rests_on_another_that_rests_on_theirs(resting, monkeypatch, batch):
    monkeypatch.setattr(purging, "BATCH", batch)

    purge()

    assert [each.state for each in resting.order_by("pk")] == ["expired", "replaced", "valid"]


@pytest.mark.parametrize("batch", [1, 200])
def test_applications_that_rest_on_each_others_checks_go_together(resting, time_machine, monkeypatch, batch):
    monkeypatch.setattr(purging, "BATCH", batch)
    time_machine.move_to(TODAY + 200 * DAY)
    deadlines.end(resting.get(state="valid"))
    time_machine.move_to(TODAY + 203 * DAY)

    dry = purge(dry_run=True)

    assert purge()["applications"] == dry["applications"]
    assert not resting.exists()


def check_in(slot):
    """Return a check of a slot of an application that has ended since."""
    key = uuid.uuid4()
    made = passport(applicant=slot, adviser=staff("adviser"), place="x", checked_at=timezone.now(), account_key=key)
    made.save()
    return made


def test_open_application_is_never_past_its_time(sent, settings, time_machine):
    for name in ("UNCONFIRMED", "ENDED", "LETTERS", "PEOPLE", "TRAIL"):
        setattr(settings, f"RETENTION_{name}_DAYS", 1)
    time_machine.move_to(TODAY + 3 * DAY)

    purge()

    names = {each.pk: name for name, each in sent.items()}
    left = {names[key] for key in Application.objects.values_list("pk", flat=True)}
    assert left == {"waiting", "valid", "renewed"}
    assert Chain.objects.filter(name__in=[f"application {sent[name].pk}" for name in left]).count() == 3
    assert list(verify.verify_everything()) == []


def test_person_who_was_identified_meanwhile_stays(sent):
    sini = person(SINI)
    Person.objects.filter(pk=sini.pk).update(identified_at=TODAY)

    assert purge()["people"] == 0
    assert Person.objects.filter(pk=sini.pk).exists()


# What the database holds on to: each is removed before what it points to. Whatever comes later must be added to
# the purge, and here.
REMOVED_BY_HAND = {
    "Application": {"Version", "StateChange", "Happening", "Intake"},
    "Version": {"Application", "Applicant", "Happening"},
    "Applicant": {"Invitation", "ErrorReport", "Certificate", "Confirmation", "Happening", "IdCheck"},
    "IdCheck": {"Account", "Applicant", "Confirmation", "LearnedCode", "RecordedAct", "SecondLook", "Undoing"},
    "Person": {"TermsAcceptance", "Confirmation", "LearnedCode"},
    "Chain": {"Entry"},
}


@pytest.mark.parametrize("name", sorted(REMOVED_BY_HAND))
def test_the_purge_knows_everything_that_holds_on_to_what_it_removes(name):
    [model] = [model for model in tables() if model.__name__ == name]

    holding = {each.related_model.__name__ for each in relations(model) if each.on_delete is PROTECT}

    assert holding == REMOVED_BY_HAND[name]


REMOVED_IN_CSV = {
    "fi": [
        "Sittemmin poistetut hakemukset;Tammikuu 2027: ",
        "Henkilöllisyyden tarkistukset;2",
        "Tila poistettaessa: Rauennut – ei vahvistettu ajoissa;2",
        "Tila poistettaessa: Peruttu;1",
        "Vahvistukset kielittäin: Suomi;1",
        "Vahvistukset vahvistustavan mukaan: Asiakaspalvelussa;1",
        "Lähetetyt hakemukset;3",
    ],
    "sv": [
        "Ansökningar som sedan dess har raderats;Januari 2027: ",
        "Identitetskontroller;2",
        "Status när ansökan raderades: Förfallen – inte bekräftad i tid;2",
        "Status när ansökan raderades: Återkallad;1",
        "Bekräftelser efter språk: Finska;1",
        "Bekräftelser efter bekräftelsesätt: Hos kundtjänsten;1",
        "Skickade ansökningar;3",
    ],
    "en": [
        "Applications erased since;January 2027: ",
        "ID checks;2",
        "Status when erased: Lapsed – not confirmed in time;2",
        "Status when erased: Withdrawn;1",
        "Confirmations by language: Finnish;1",
        "Confirmations by method: At customer service;1",
        "Applications sent;3",
    ],
}


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_figures_of_a_removed_month_stand_in_words_at_the_end_of_the_csv(sent, language):
    purge()

    text = sign_in_staff(Client(), staff("supervisor")).get(
        f"/{language}/admin/desk/statistics.csv", {"since": "2027-01-01", "until": "2027-06-30"}
    )

    begins, *rest = REMOVED_IN_CSV[language]
    assert text.content.decode().splitlines()[-6:] == [begins + each for each in rest]


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (dt.date(2027, 1, 1), dt.date(2027, 1, 31), 1),
        (dt.date(2027, 1, 2), dt.date(2027, 1, 31), 0),
        (dt.date(2027, 1, 1), dt.date(2027, 1, 30), 0),
        (dt.date(2027, 1, 1), dt.date(2027, 2, 27), 1),
        (dt.date(2027, 1, 1), dt.date(2027, 2, 28), 2),
        (dt.date(2026, 12, 31), dt.date(2027, 12, 31), 2),
    ],
)
def test_only_whole_months_count(first, last, months):
    for month in (1, 2):
        RemovedFigure.objects.create(month=dt.date(2027, month, 1), figure="sent", count=1)

    assert len(figures.figures_within(first, last)) == months


def test_kept_rows_go_with_a_permit_only(sent):
    with pytest.raises((IntegrityError, ProtectedError)):
        sent["lapsed"].changes.all().delete()
