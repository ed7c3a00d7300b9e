"""Where a protected person's address could come out (R16): the desk, the admin, lists, exports, events, commands.

Searched are the values, of the protected person and of whoever lives with them. Addresses come from the URL conf, so
a page that is added later is walked too; one that this cannot fill fails the test. What applicants and strangers see,
and letters and logs, are searched in tests/applications/test_protected.py.
"""

import datetime as dt
import html
import io
import json
import logging
import re

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications import certificates, document, intake, invitations, protection
from applications.models import Applicant, Application, Certificate, IdCheck
from heka_confirm.logs import JsonFormatter
from identity.models import RateCount
from mailing import worker
from mailing.models import Letter
from records.models import Entry
from tests import cast
from tests.applications.factories import applicant, confirm, sign_in
from tests.applications.test_protected import filled as of_application
from tests.counter.checks import check, confirm_here, doubtful, issue, undo
from tests.counter.desk.arranged import keep_results
from tests.counter.test_rights import ADDRESSES
from tests.staff import acting, sign_in_staff, staff
from tests.test_consistency import ADDRESSES as PUBLIC
from upstream import clients, endpoints, events
from upstream.intake import receive
from upstream.models import WebhookDelivery

pytestmark = pytest.mark.django_db

HOME = "Salakuja 77 C 9, 99870 Inari"
HIDDEN = {"address": HOME, "municipality": "Inari", "non_disclosure": True}
OLLI = {**cast.OLLI, **HIDDEN, "email": "piilo@hidden.example.test", "phone": "+358 50 998 8776"}
MAIJA = {
    **cast.MAIJA,
    "address": HOME,
    "municipality": "Inari",
    "email": "m@own-name.example.test",
    "phone": "0401112223",
}
# Not "piilo" alone: the identifiers of requests are of letters from a to p.
SECRETS = re.compile(
    r"piilo[.@]|hidden\.example|998\s?8776|Salakuja|99870|Inari|m@own|own-name|040\s?111\s?2223", re.IGNORECASE
)

# What is sent to a page that answers something else than an empty form.
SENT = {
    "desk": [{"text": "Öhman", "reason": "here"}],
    "desk_account_address": [{"email": "new@example.test"}],
    "desk_contact": [{"email": "wrong", "language": "fi"}, {"ask": ""}],
    "desk_confirm": [{"version": "stale", "terms": "1"}],
    "desk_renew": [{"version": "stale"}],
    "desk_withdraw": [{"version": "stale"}],
    "desk_decline": [{"version": "stale"}],
    "desk_certify": [{"version": "stale", "language": "fi"}],
    "mailing_letter_changelist": [{"action": "send_again", "_selected_action": "1"}],
}
QUERIES = ["show=customer", "page=1&missing=counter"]
# Pages that show them to whoever has the right, and write the look.
BY_RIGHT = {"desk_details", "desk_confirm", "desk_contact", "desk_tell_number", "desk_account", "desk_account_address"}
ENDS_THE_VISIT = {"logout"}
NOT_FOUND = {"view_on_site", "app_list", "login"}  # Django's own, which have no page of ours


@pytest.fixture
def household(db, time_machine):
    """Maija and Olli, who is protected, at every stage that a page shows; Maija applies alone too."""
    time_machine.move_to(timezone.now(), tick=False)  # pages that are compared tell when the session ends
    client, _token = clients.issue("Housing system")
    endpoints.add(client, "https://receiver.example.fi/")
    both = cast.document(
        main_applicant=applicant_of(MAIJA), co_applicants=[applicant_of(OLLI), cast.applicant(cast.VERA)]
    )
    receive(document.parse(both), client=client)
    sent = Applicant.objects.get(hetu_index__isnull=False, first_names="Olli").version.application
    alone = intake.send(document.parse(cast.document(main_applicant=applicant_of(MAIJA))), by=acting("supervisor"))
    worker.deliver_due_letters()
    Letter.objects.update(sent_at=timezone.now(), delivered_at=None, bounced_at=timezone.now())
    made = check(sent, OLLI)
    issue(made, email="piilo.account@hidden.example.test")
    confirm_here(sent, OLLI)
    undo(check(sent, MAIJA))
    check(alone, MAIJA)
    check(sent, MAIJA)
    doubtful(sent, cast.VERA)
    invitations.report_error(applicant(sent, OLLI), text="The rent is wrong.")
    certificates.issue_certificate(applicant(sent, OLLI), language="fi", by=acting("adviser"))
    events.collect()
    return sent, alone, renewable()


def renewable():
    """Return a valid application of somebody else, for the page on which it is renewed."""
    with_day = intake.send(document.parse(cast.document(cast.OTSO)), by=acting("supervisor"))
    confirm(with_day, cast.OTSO)
    Application.objects.filter(pk=with_day.pk).update(valid_until=F("valid_until") - dt.timedelta(days=1))
    return with_day


def applicant_of(who):
    return {**cast.applicant(who), **who}


def filled(name, household):
    """Return the addresses of a page of the admin: for both applications and people, every check, and a row."""
    route = ADDRESSES[name]
    values = {
        "id": [staff("adviser").pk],
        "app_label": ["counter"],
        "pk": list(IdCheck.objects.values_list("pk", flat=True)),
        "number": list(map(str, Certificate.objects.all())),
        "token": ["kept"],
        "letter": list(Letter.objects.filter(recipient__startswith="applicant").values_list("pk", flat=True)),
    }
    if "<path:object_id>" in route and not route.startswith("r/"):
        model = apps.get_model(*route.split("/")[:2])
        values["object_id"] = list(model._base_manager.order_by("pk").values_list("pk", flat=True)[:30])
    for sent in household:
        for position in range(len(sent.applicants)):
            kinds = {**values, "reference": [sent.number], "position": [position]}
            found = [route]
            for kind, each in kinds.items():
                place = re.compile(rf"<(?:\w+:)?{kind}>|\(\?P<{kind}>[^)]*\)")
                found = [
                    place.sub(str(value), one) for one in found for value in (each if place.search(one) else [""])
                ]
            yield from (f"/en/admin/{one.strip('^$')}".replace("\\Z", "") for one in found)


def walked(role, household, names=ADDRESSES):
    """Yield page, address and answer for everything that a role reads and sends in the admin."""
    client = sign_in_staff(Client(), staff(role))
    keep_results(client)
    for name in sorted(set(names) - ENDS_THE_VISIT):
        for address in sorted(set(filled(name, household))):
            RateCount.objects.all().delete()
            plain = client.get(address)
            yield name, address, plain
            # What refuses a page asks nothing of the query: there all of it is one question.
            for query in QUERIES if plain.status_code == 200 else ["&".join(QUERIES)]:
                yield name, address, client.get(f"{address}?{query}")
            for sent in [{}, *SENT.get(name, [])]:
                yield name, address, client.post(address, sent)


def secrets_in(*texts):
    return sorted({found for text in texts for found in SECRETS.findall(html.unescape(text))})


@pytest.mark.parametrize("role", ["adviser", "operator"])
def test_no_page_shows_a_protected_address_to_staff_without_the_right(household, role):
    """Nor that of whoever lives with them, in the application that they send alone either."""
    leaks, reached = [], set()
    for name, address, answer in walked(role, household):
        assert answer.status_code < 500, address
        reached |= {name} if answer.status_code == 200 else set()
        leaks += [(address, found) for found in secrets_in(answer.content.decode(), str(answer.headers))]

    assert leaks == []
    desk = {name for name in ADDRESSES if name.startswith("desk")}
    of_supervisors = {"desk_trail", "desk_access_log", "desk_protection", "desk_undo", "desk_erase"}
    of_supervisors |= {"desk_acted_alone", "desk_staff_changes", "desk_staff_change"}
    of_supervisors |= {"desk_feedback", "desk_feedback_one"}
    by_button = {"desk_account_link", "desk_invitation", "desk_told"}
    assert role == "operator" or desk - reached == of_supervisors | by_button


def test_each_look_at_a_protected_address_is_an_entry(household):
    """Five pages alone show it, to whoever has the right (C1)."""
    without_entry, showing, before = [], set(), 0
    for name, address, answer in walked("supervisor", household, [n for n in ADDRESSES if n.startswith("desk")]):
        looks = Entry.objects.filter(event="protected_details_shown").count()
        if secrets_in(answer.content.decode()):
            showing.add(name)
            without_entry += [address] if looks == before else []
        before = looks

    assert without_entry == []
    assert showing == BY_RIGHT


def test_desk_looks_the_same_whether_or_not_somebody_is_protected(household):
    """Adviser and operator learn from no page that the mark exists: text and number of queries are the same."""
    protection.set_mark(applicant(household[0], OLLI), protected=False, by=acting("supervisor"))
    client = sign_in_staff(Client(), staff("adviser"))
    keep_results(client)
    desk = [name for name in sorted(ADDRESSES) if name.startswith("desk")]
    pages = sorted({address for name in desk for address in filled(name, household)})

    def seen():
        for address in pages:
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(address)
            text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"|nonce="[^"]+"', "", answer.content.decode())
            text = text.replace(answer["X-Request-ID"], "")
            yield address, answer.status_code, text, len(queries)

    for address in filled("desk_applicant", household):
        client.get(address)  # the first visit opens the person in the session
    without = list(seen())
    protection.set_mark(applicant(household[0], OLLI), protected=True, by=acting("supervisor"))

    assert list(seen()) == without


def test_asking_for_details_of_somebody_who_is_not_here_tells_nothing(household, time_machine):
    """An adviser who looks up a person gets one answer for everybody, after as many queries."""
    time_machine.shift(dt.timedelta(days=2))
    client = sign_in_staff(Client(), staff("adviser"))
    pages = sorted(set(filled("desk_details", household)))

    def asked(*, is_protected):
        protection.set_mark(applicant(household[0], OLLI), protected=is_protected, by=acting("supervisor"))
        for address in pages:
            with CaptureQueriesContext(connection) as queries:
                answer = client.post(address)
            text = re.sub(r'value="\w{64}"', "", answer.content.decode())
            yield address, answer.status_code, text, len(queries)

    assert len(list(asked(is_protected=True))) == len(pages)  # the first visit opens each person in the session
    assert list(asked(is_protected=True)) == list(asked(is_protected=False))


def test_protected_person_reads_all_that_is_theirs(household):
    answer = sign_in(Client(), OLLI).get("/en/own-data/").content.decode()

    assert [own for own in (OLLI["email"], OLLI["phone"], HOME) if own not in html.unescape(answer)] == []


@pytest.mark.parametrize("who", [MAIJA, cast.VERA, cast.OTSO, None], ids=["main", "co", "stranger", "nobody"])
def test_no_applicant_or_stranger_learns_that_somebody_is_protected(household, who):
    client = sign_in(Client(), who) if who else Client()
    pages = sorted(set(of_application(PUBLIC, household[0])))

    def seen(*, is_protected):
        protection.set_mark(applicant(household[0], OLLI), protected=is_protected, by=acting("supervisor"))
        for address in pages:
            RateCount.objects.all().delete()
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(address)
            text = re.sub(r'(value|nonce)="[^"]{16,}"', "", answer.content.decode(errors="replace"))
            text = text.replace(answer["X-Request-ID"], "")
            yield address, answer.status_code, text, len(queries)

    client.get("/en/applications/")  # the first visit writes to the session
    assert list(seen(is_protected=True)) == list(seen(is_protected=False))


def test_events_exports_commands_and_logs_hold_nothing_of_a_protected_person(household, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    texts = []
    for delivery in WebhookDelivery.objects.select_related("event__happening", "event__application__intake"):
        texts.append(events.cloud_event(delivery.event).model_dump_json())
    assert texts
    for command, *options in (["export_records"], ["verify_records"], ["tick", "--dry-run"], ["purge", "--dry-run"]):
        out = io.StringIO()
        call_command(command, *options, stdout=out)
        texts.append(out.getvalue())
    worker.deliver_due_letters()
    texts += [json.dumps(facts) for facts in Entry.objects.values_list("facts", flat=True)]
    texts += [JsonFormatter().format(record) for record in caplog.records]
    texts += [*capsys.readouterr()]

    assert secrets_in(*texts) == []
