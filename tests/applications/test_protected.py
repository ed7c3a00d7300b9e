"""The search for what is a protected person's own (R16): on every page, in every letter and log line, in the admin.

The values are looked for, not the places where they are known to be: a page added later is searched too.
"""

import datetime as dt
import html
import json
import logging
import re

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils import timezone

from applications import certificates, changes, clock, document, intake, invitations
from applications.models import Application, Certificate
from heka_confirm.logs import JsonFormatter, PlainFormatter
from identity import accounts
from identity.models import RateCount, User
from mailing import letters
from mailing.letters import NoLongerDue
from mailing.models import Letter
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, actor, confirm, person, sign_in
from tests.applications.households import sent, slot
from tests.identity.accounts import evidence
from tests.reading import same_browser
from tests.staff import sign_in_staff, staff
from tests.test_consistency import ADDRESSES, patterns
from upstream import clients

pytestmark = pytest.mark.django_db

START = dt.datetime(2027, 1, 11, 10, tzinfo=dt.UTC)
REFERENCE, POSITION = "<reference>", "<position>"
MINE = {
    "email": "piilopaikka@hidden.example.test",
    "phone": "+358 50 998 8776",
    "address": "Salakuja 77 C 9, 99870 Inari",
    "municipality": "Inari",
    "income": {"monthly_gross": "7313.17", "benefits": "613.19", "assets": "81234.56", "debts": "4567.89"},
    "non_disclosure": True,
}
# Whole and in part, and sums as they came in and as each language writes them.
VALUES = [
    *map(re.escape, (MINE["email"], MINE["phone"], MINE["address"], "Inari", "Salakuja", "998 8776", "piilopaikka")),
    *(r"7[\s,]?313[.,]17", r"613[.,]19", r"81[\s,]?234[.,]56", r"4[\s,]?567[.,]89"),
]


def codes(who):
    """The personal identity code, and so much of it as a mask would leave."""
    return [re.escape(code) for code in (who["hetu"], who["hetu"].lower(), who["hetu"][:7])]


def found(text, who):
    """Return which values of a protected person stand in a text, written in HTML, JSON or as it is."""
    plain = html.unescape(text)
    return [value for value in [*VALUES, *codes(who)] if re.search(value, plain)]


class Household:
    """A protected person, the others who apply with them, and what all of them were shown."""

    def __init__(self, protected, *, is_main):
        self.protected, self.is_main = protected, is_main
        self.position = "0" if is_main else "1"
        self.others = [cast.VERA if is_main else cast.MAIJA, cast.VILLE]
        people = [protected, *self.others] if is_main else [self.others[0], protected, self.others[1]]
        self.people = [{**who, **MINE} if who is protected else who for who in people]
        self.read = set()
        self.leaks = []

    def document(self, **more):
        """Return what the housing system sends of them. The main applicant's address is that of the home, too."""
        main, *others = [{**cast.applicant(who), **who} for who in self.people]
        whole = cast.document(main_applicant=main, co_applicants=others, **more)
        whole["content"]["home"]["address"] = main["address"]
        return whole

    def send(self):
        self.application = intake.send(document.parse(self.document()), by=HOUSING_SYSTEM)
        other = slot(self.application, self.others[0])
        certificates.issue_certificate(other, language="fi", by=actor(self.others[0]))
        return self.application

    def look(self, addresses):
        """Open these addresses as each of the others, as somebody else, and as nobody."""
        for who in [*self.others, cast.OTSO, None]:
            client = Client() if who is None else sign_in(Client(), who)
            # To whoever does not apply with them, pages about the other positions are as strange, and nothing to seek.
            positions = "0123" if who in self.others else self.position
            for address in addresses:
                RateCount.objects.all().delete()  # nobody opens so many within a minute
                for whole in filled([address], self.application, positions):
                    answer = client.get(whole)
                    assert answer.status_code not in {429, 500}, whole
                    self.search(whole, answer.content.decode(), *map(str, answer.headers.items()))

    def read_letters(self):
        """Read each new letter to others as it would leave now."""
        for letter in Letter.objects.exclude(pk__in=self.read).exclude(to=MINE["email"]):
            self.read.add(letter.pk)
            try:
                message = letters.write_letter(letter)
            except NoLongerDue:
                continue
            self.search(letter.message, message.message().as_string(), message.subject, message.body)
            self.search(letter.message, *(part for part, _ in message.alternatives), json.dumps(message.metadata))
            self.search(letter.message, json.dumps(letter.parameters, ensure_ascii=False), letter.key)

    def search(self, where, *texts):
        self.leaks += [(where, value) for text in texts for value in found(text, self.protected)]


def filled(addresses, application, positions="0123"):
    """Return the addresses with the number of the application, these positions in it, and a certificate of it."""
    certified = Certificate.objects.filter(applicant__version__application=application).first()
    for address in addresses:
        numbered = address.replace(REFERENCE, application.number).replace("<number>", str(certified or "<number>"))
        for position in positions if POSITION in numbered else "0":
            whole = numbered.replace(POSITION, position)
            if not re.search(r"[<(\\^]", whole):
                yield whole


def of_applications():
    return [address for address in ADDRESSES if REFERENCE in address]


@pytest.fixture(params=[False, True], ids=["co-applicant", "main applicant"])
def household(request, time_machine):
    time_machine.move_to(START, tick=False)
    return Household(cast.OLLI, is_main=request.param)


@pytest.fixture
def lines(caplog):
    """Return a function that returns what the log would say of everything so far, at its most talkative."""
    caplog.set_level(logging.DEBUG)
    return lambda: [f(record) for record in caplog.records for f in (JsonFormatter().format, PlainFormatter().format)]


def test_search_finds_what_a_protected_person_sees_of_themselves(household):
    """The negative control."""
    application = household.send()

    pages = [
        sign_in(Client(), household.protected)
        .get(f"/{language}/applications/{application.number}/confirm/")
        .content.decode()
        for language in ("fi", "sv", "en")
    ]

    looked_for = {*VALUES, re.escape(household.protected["hetu"][:7])}
    assert [looked_for - {*found(page, household.protected)} for page in pages] == [set()] * 3


def test_nothing_of_a_protected_person_is_on_any_page_before_they_confirm(household, lines):
    household.send()

    household.look(ADDRESSES)
    household.read_letters()
    for line in lines():
        household.search("log", line)

    assert household.leaks == []


def test_nothing_of_a_protected_person_is_anywhere_in_the_life_of_an_application(household, lines, time_machine):
    application = household.send()
    for happen in [reminded, bounced, reported, corrected, confirmed, changed, declined, warned, ended]:
        happen(application, household, time_machine)
        household.look(of_applications())
        household.read_letters()
    for line in lines():
        household.search("log", line)

    assert household.leaks == []
    assert {"reminder", "confirmed", "arrived", "declined", "about_to_lapse", "lapsed"} <= set(
        Letter.objects.values_list("message", flat=True)
    )


def test_nothing_of_a_protected_person_is_anywhere_when_it_becomes_valid_and_ends(household, lines, time_machine):
    rival = sent(household.others[0])
    application = household.send()
    for who in [*household.others, household.protected]:
        confirm(application, who)
    for happen in [renewed, warned, ended]:
        happen(application, household, time_machine)
        household.look(of_applications())
        household.read_letters()
    for line in lines():
        household.search("log", line)

    assert household.leaks == []
    assert Application.objects.get(pk=rival.pk).state == "replaced"
    assert {"valid", "replaced", "about_to_expire", "expired"} <= set(Letter.objects.values_list("message", flat=True))


def test_forms_of_others_answer_nothing_of_a_protected_person(household):
    application = household.send()

    for who in household.others:
        client = sign_in(Client(), who)
        for address in filled(of_applications(), application):
            RateCount.objects.all().delete()
            answer = same_browser(client).post(address, {"email": "no address", "version": "stale"}, follow=True)
            household.search(address, answer.content.decode())

    assert household.leaks == []


def test_interface_of_the_housing_system_answers_nothing_of_a_protected_person(household, client):
    _, token = clients.issue("Housing system")
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "1"}
    sending = household.document()

    for wrong in ({"language": "xx"}, {"main_applicant": {**sending["main_applicant"], "hetu": "010594Y9033"}}, {}):
        body = json.dumps({**sending, **wrong})
        answer = client.post("/api/v1/applications", body, content_type="application/json", headers=headers)
        household.search("sending", answer.content.decode(), *map(str, answer.headers.items()))
    application = Application.objects.get()
    answer = client.get(f"/api/v1/applications/{application.number}", headers=headers)
    household.search("status", answer.content.decode())

    assert answer.status_code == 200
    assert household.leaks == []


def test_nothing_of_a_protected_person_is_in_the_admin_of_any_table(household, client):
    """Not even a superuser sees them there: only the desk shows them, to who has the right, and logs it."""
    application = household.send()
    invitations.report_error(slot(application, household.others[1]), text="Wrong")
    for who in [*household.others, household.protected]:
        confirm(application, who)
    accounts.issue_account(person(household.protected), email=MINE["email"], id_check=evidence())
    root = User.objects.create_superuser("root")
    sign_in_staff(client, root)

    pages = list(admin_pages())
    for address in pages:
        answer = client.get(address)
        assert answer.status_code in {200, 302, 403}, address  # elsewhere, for rows that a list leaves out
        household.search(address, answer.content.decode())

    assert household.leaks == []
    assert reverse("admin:mailing_letter_changelist") in pages


@pytest.mark.parametrize("role", ["adviser", "operator"])
def test_nothing_of_a_protected_person_is_at_the_desk_without_the_right(household, client, role):
    """Of the code the desk shows the mask."""
    application = household.send()
    confirm(application, household.protected)
    sign_in_staff(client, staff(role))
    desk = [address for address in all_addresses() if address.startswith("/fi/admin/desk/")]

    pages = list(filled(desk, application))
    for address in pages:
        answer = client.get(address)
        assert answer.status_code < 500, address
        household.search(address, answer.content.decode())

    masked = re.escape(household.protected["hetu"][:7])
    assert [leak for leak in household.leaks if leak[1] != masked] == []
    assert f"/fi/admin/desk/applications/{application.number}/1/" in pages


def all_addresses():
    """Return each address there is, of the admin too, as test_consistency writes them."""
    for route in patterns(get_resolver()):
        yield "/" + re.sub(r"<\w+:(reference|position)>", r"<\1>", re.sub(r"<int:(?!position)\w+>", "1", route))


def admin_pages():
    """Return the lists, and of each row the form, the history and the form of deletion, that the admin has."""
    yield reverse("admin:index")
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        for pk in model._default_manager.values_list("pk", flat=True):
            for page in ("change", "history", "delete"):
                try:
                    yield reverse(f"{name}_{page}", args=[pk])
                except NoReverseMatch:
                    continue


# --- What happens in the life of an application ----------------------------------------------------------


def reminded(application, household, time_machine):
    time_machine.shift(dt.timedelta(days=4))
    clock.tick()


def bounced(application, household, time_machine):
    Letter.objects.filter(message="invitation").update(sent_at=timezone.now(), bounced_at=timezone.now())
    clock.tick()


def co_applicant(household):
    """The protected person, or somebody else where that is the main applicant."""
    return household.others[1] if household.is_main else household.protected


def reported(application, household, time_machine):
    invitations.report_error(slot(application, co_applicant(household)), text="The home is too large.")


def corrected(application, household, time_machine):
    mine = slot(application, household.protected)
    invitations.correct_own_contact_details(mine, email=MINE["email"], phone=MINE["phone"], language="sv")
    if not household.is_main:
        time_machine.shift(dt.timedelta(hours=1))
        invitations.correct_address(slot(application, household.protected), email=MINE["email"])


def confirmed(application, household, time_machine):
    confirm(application, household.protected)


def changed(application, household, time_machine):
    """The others read what changed since: the income of the protected person, and what they need."""
    mine = next(who for who in household.people if who["hetu"] == household.protected["hetu"])
    mine["income"] = {**MINE["income"], "debts": "1.00"}
    current = Application.objects.get(pk=application.pk)
    anew = document.parse(household.document(language="sv"))
    changes.put(current, anew, tag=current.version.digest, by=HOUSING_SYSTEM)


def declined(application, household, time_machine):
    invitations.decline(slot(application, co_applicant(household)))


def warned(application, household, time_machine):
    time_machine.shift(dt.timedelta(days=84))
    clock.tick()


def ended(application, household, time_machine):
    time_machine.shift(dt.timedelta(days=8))
    clock.tick()


def renewed(application, household, time_machine):
    by = actor(household.protected)
    time_machine.shift(dt.timedelta(days=1))
    changes.renew(Application.objects.get(pk=application.pk), by=by)
