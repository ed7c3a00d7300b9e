"""Years of made-up data, with applications in every state and of every age, as they stand on TODAY."""

import datetime as dt

from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from applications import changes, deadlines, document, states, terms
from applications.enums import Transition
from applications.models import Application, ErrorReport, Terms
from counter import id_checks
from counter.models import Feedback
from identity.models import DirectoryIdentity, DirectorySession, RateCount
from mailing.models import Letter, TrackingEvent
from records import trail
from records.enums import Event
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, actor, application, confirm, person
from tests.counter.checks import check, confirm_here, doubtful, issue, undo
from tests.staff import acting, staff
from upstream import clients
from upstream.models import ApiClient, IdempotencyRecord, Intake

TODAY = dt.datetime(2027, 11, 21, 10, tzinfo=dt.UTC)
SINI = {"first_names": "Sini", "last_name": "Seppä", "hetu": "020502E902X"}
OLLIS = "olli.own@example.test"
GONE = {"2021", "expired long ago", "replaced long ago", "lapsed", "lapsed half confirmed", "withdrawn early"}
STAYS = {"expired", "lapsed lately", "withdrawn valid", "replaced lately", "waiting", "valid", "renewed"}


def made_up(clock):
    """Return the applications by what became of them. `clock` is the fixture time_machine."""
    return _Years(clock).sent


class _Years:
    def __init__(self, clock):
        self.clock, self.sent, self.last_letter = clock, {}, 0
        Terms.objects.create(
            published_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC), text_fi="ehdot", text_sv="villkor", text_en="terms"
        )
        for year, live in ((2021, self._2021), (2025, self._2025), (2027, self._2027)):
            self.at(year, 1, 2)
            live()
        self.at(2027, 11, 21)
        _left_behind()

    def at(self, *day):
        """Let the letters written since be of their time, and go on to another day."""
        now = timezone.now()
        Letter.objects.filter(pk__gt=self.last_letter).update(created_at=now, sent_at=now)
        self.last_letter = max(Letter.objects.values_list("pk", flat=True), default=0)
        self.clock.move_to(dt.datetime(*day, 10, tzinfo=dt.UTC), tick=False)

    def send(self, name, *people):
        self.sent[name] = application(*people, reference=f"HS-{len(self.sent)}")
        client = ApiClient.objects.filter(name="Housing system").first() or clients.issue("Housing system")[0]
        Intake.objects.create(client=client, reference=f"HS-{len(self.sent)}", application=self.sent[name])
        for who in people:
            person(who)
        return self.sent[name]

    def valid(self, name, *people):
        sent = self.send(name, *people)
        for who in people:
            terms.accept(terms.current(), by=actor(who))
            confirm(sent, who)
        return sent

    def _2021(self):
        self.valid("2021", SINI)
        with transaction.atomic():
            trail.append_event(Event.SEARCH_BY_CODE, chain="staff 4 2021", by=acting("adviser"))
        self.at(2021, 5, 2)
        deadlines.end(self.sent["2021"])

    def _2025(self):
        both = self.valid("expired long ago", cast.MAIJA, cast.OLLI)
        _report(both)
        changes.put(
            Application.objects.get(pk=both.pk),
            document.parse(cast.document(cast.MAIJA, cast.OLLI, cast.TEA)),
            tag=both.version.digest,
            by=HOUSING_SYSTEM,
        )
        confirm(both, cast.MAIJA)
        confirm(both, cast.OLLI)
        self.valid("replaced long ago", cast.VILLE)
        self.at(2025, 2, 2)
        self.valid("withdrawn valid", cast.VILLE)
        self.at(2025, 5, 2)
        deadlines.end(both)
        changes.renew(self.sent["withdrawn valid"], by=_actor(cast.VILLE))
        for month, day in ((7, 30), (10, 27)):
            self.at(2025, month, day)
            changes.renew(self.sent["withdrawn valid"], by=_actor(cast.VILLE))
        self.at(2025, 11, 22)
        _withdraw(self.sent["withdrawn valid"])

    def _2027(self):
        self.send("lapsed", cast.OTSO)
        half = self.send("lapsed half confirmed", cast.VERA, cast.OLLI)
        check(half, cast.VERA)
        confirm_here(half, cast.VERA)
        rejected = doubtful(half, cast.OLLI)
        id_checks.decide(rejected, accepted=False, reason="Another face", by=acting("supervisor"))
        undo(rejected)
        issue(check(half, cast.OLLI), email=OLLIS)
        _withdraw(self.send("withdrawn early", cast.OTSO))
        self.valid("expired", cast.MAIJA)
        self.at(2027, 4, 20)
        for name in ("lapsed", "lapsed half confirmed", "expired"):
            deadlines.end(self.sent[name])
        self.valid("replaced lately", cast.VERA)
        self.at(2027, 6, 1)
        self.send("lapsed lately", cast.OTSO)
        _report(self.valid("renewed", cast.VERA))
        self.at(2027, 8, 15)
        changes.renew(self.sent["renewed"], by=_actor(cast.VERA))
        self.at(2027, 9, 15)
        deadlines.end(self.sent["lapsed lately"])
        self.at(2027, 11, 1)
        changes.renew(self.sent["renewed"], by=_actor(cast.VERA))
        waiting = self.send("waiting", cast.MAIJA, cast.OLLI)
        confirm(waiting, cast.MAIJA)
        doubtful(waiting, cast.OLLI)
        valid = self.send("valid", cast.OTSO)
        check(valid, cast.OTSO)
        confirm_here(valid, cast.OTSO)


def _actor(who):
    return actor(who)


@transaction.atomic
def _withdraw(sent):
    locked = Application.objects.select_for_update().get(pk=sent.pk)
    states.transition(locked, Transition.WITHDRAWN, by=_actor(cast.OTSO), at=timezone.now())


def _report(sent):
    slot = Application.objects.with_people().get(pk=sent.pk).applicants[-1]
    ErrorReport.objects.create(applicant=slot, text="The rent is wrong", reported_at=timezone.now())


def _left_behind():
    """What signing in, the mail provider and the housing system leave: one each past its time, and one not."""
    client = ApiClient.objects.get()
    identity = DirectoryIdentity.objects.create(user=staff("operator"), issuer="https://directory.test", subject="1")
    for days in (0, 1000):
        then = timezone.now() - dt.timedelta(days=days)
        Session.objects.create(session_key=f"{days}", session_data="x", expire_date=then + dt.timedelta(hours=1))
        DirectorySession.objects.create(identity=identity, sid=f"{days}", began_at=then)
        RateCount.objects.create(key=f"{days}", ends=int(then.timestamp()) + 60, count=1)
        IdempotencyRecord.objects.create(
            client=client, key=f"{days}", request_digest="0", status_code=201, answer={}, created_at=then
        )
        report = {"provider": "p", "message_id": f"{days}", "type": "delivered", "recipient": "a@example.test"}
        TrackingEvent.objects.create(**report, occurred_at=then, received_at=then)
        Feedback.objects.create(
            kind="other",
            text="x",
            language="fi",
            given_at=then,
            due_on=then,
            answered_at=then,
            answered_by=staff("operator"),
        )
    # Feedback that nobody has answered stays, however old it is.
    Feedback.objects.create(kind="other", text="x", language="fi", given_at=then, due_on=then)
    # One that is tried for ever belongs to somebody who looks into it, not to the purge.
    Letter.objects.create(key="unsent:1", message="arrived", language="fi", to="a@example.test", created_at=then)
