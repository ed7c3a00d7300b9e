"""People who apply, in every state, the staff who serve them, and a browser of each: what pages are written of."""

import datetime as dt
import re
from typing import Any

from django.apps import apps
from django.test import Client
from django.utils import timezone

from applications import certificates
from applications.models import Application
from counter import account_issue
from counter.models import Counter, ExceptionalHours, Feedback, Notice
from identity import cookies
from mailing.letters import write_letter
from mailing.models import Letter
from tests.applications.factories import actor, applicant, application, confirm, sign_in
from tests.applications.form.forms import Somebody
from tests.cast import MAIJA, OLLI, TEA, VERA, VILLE
from tests.cast import applicant as described
from tests.counter.checks import ETHAN
from tests.counter.conftest import WEEKLY
from tests.counter.desk.arranged import checked, keep_results
from tests.counter.hours import set_hours
from tests.staff import acting, sign_in_staff, staff
from upstream import clients, endpoints, events
from upstream.models import Intake

STAFF = ("supervisor", "operator")
SIGNED_IN = ("applicant", "co-applicant")
WITH_A_DRAFT = ("beginning", "filling in")
# Whom these emails lead with a token of their own.
LETTERS_WITH_LINKS = ("account_link", "invitation")
PLACE = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")


class World:
    """`applications` by state, `readers` by name, and `links` that lead here from emails, in Finnish."""

    def __init__(self) -> None:
        replaced, valid = application(MAIJA, OLLI), application(MAIJA)
        confirm(replaced, MAIJA)
        confirm(valid, MAIJA)
        waiting = application(MAIJA, co_applicants=[described(OLLI), described(TEA, email=None), ETHAN])
        self.applications = {"waiting": waiting, "valid": valid, "replaced": replaced}
        issued = certificates.issue_certificate(applicant(waiting, MAIJA), language="fi", by=actor(MAIJA))
        self._values: dict[str, Any] = {"number": issued, "app_label": "counter", "id": staff("adviser").pk}
        open_the_counter()
        self._come_to_the_counter(waiting)
        self._connect_the_housing_system(waiting)
        self.certificate = {"number": str(issued), "check_code": issued.check_code}
        self.links = [link_in(name) for name in LETTERS_WITH_LINKS]
        self.readers = readers()
        self._values["token"] = keep_results(self.readers["supervisor"])

    def _come_to_the_counter(self, sent: Application) -> None:
        """Let both adults show who they are, one beyond doubt, and leave something to do on every list of the desk."""
        account_issue.issue_account(checked(sent, MAIJA), email="own@example.test", by=acting("adviser"))
        doubtful = checked(sent, OLLI, is_doubtful=True)
        Letter.objects.filter(message="invitation").update(sent_at=timezone.now(), bounced_at=timezone.now())
        owed = application(VERA, co_applicants=[described(VILLE, email=None)])
        # Feedback and checks are both `pk` in addresses.
        Feedback.objects.create(pk=doubtful.pk, kind="other", text="-", language="fi", due_on=timezone.localdate())
        self._values |= {"pk": doubtful.pk, "letter": Letter.objects.get(about=owed.reference, to="").pk}

    def _connect_the_housing_system(self, sent: Application) -> None:
        client, _token = clients.issue("Housing system")
        Intake.objects.create(client=client, reference="1", application=sent)
        endpoints.add(client, "https://receiver.example.fi/")
        events.collect()

    def filled(self, route: str, state: str) -> str:
        """Return the address of a route, of rows that are there, with the application in that state."""
        is_of_staff = route.startswith("/fi/admin/")
        values = {**self._values, "reference": self.applications[state].number, "position": 0 if is_of_staff else 1}
        if "object_id" in route:
            model = apps.get_model(*route.removeprefix("/fi/admin/").split("/")[:2])
            values["object_id"] = model._base_manager.latest("pk").pk
        return re.sub(r"\^|\$|\\Z", "", PLACE.sub(lambda found: str(values.get(found[1] or found[2], 1)), route))


def open_the_counter() -> None:
    """Fill in what the counter tells on its page, with an address that is too long for a small phone."""
    counter = Counter.only()
    counter.phone, counter.email = "09 310 00000", "a.rather.long.address.of.the.counter@example.test"
    counter.save()
    set_hours(counter, WEEKLY)
    ExceptionalHours.objects.create(counter=counter, date=timezone.localdate() + dt.timedelta(days=7))
    notice = dict.fromkeys(["text_fi", "text_sv", "text_en"], "Maanalaisrakennustyömaa 09 310 00000")
    Notice.objects.create(**notice, shown_until=timezone.now() + dt.timedelta(days=1))


def readers() -> dict[str, Client]:
    """Return a browser of each kind of people who see other pages than the rest."""
    return {
        "anonymous": Client(),
        "visitor": accepting(Client()),
        "beginning": Somebody(Client()).begin().client,
        "filling in": Somebody(Client()).begin().fill_everything().client,
        "applicant": sign_in(accepting(Client()), MAIJA),
        "co-applicant": sign_in(accepting(Client()), OLLI),
        **{role: sign_in_staff(Client(), staff(role)) for role in STAFF},
    }


def accepting(client: Client) -> Client:
    """Return the client with the cookies accepted."""
    client.cookies[cookies.acceptance_name()] = cookies.VERSION
    return client


def link_in(message: str) -> str:
    """Return the address with a token to which the last letter of that kind leads, as its Finnish one."""
    letter = Letter.objects.filter(message=message).exclude(to="").latest("pk")
    return re.sub(r"^/\w\w/", "/fi/", re.search(r"http://testserver(/\S+token=\w+)", write_letter(letter).body)[1])
