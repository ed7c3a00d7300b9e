import pytest
from django.core.mail import EmailMultiAlternatives

from applications import document, intake
from demo.inbox import EmailBackend, report_bounces
from demo.models import DemoMail
from mailing import outbox
from mailing.enums import Status
from mailing.models import Letter, TrackingEvent
from mailing.worker import deliver_due_letters
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM

pytestmark = pytest.mark.django_db

INBOX = "/demo/inbox/"


@pytest.fixture
def mail():
    message = EmailMultiAlternatives(
        "Vahvista hakemus <b>",
        "Hei Maija\n\nhttp://testserver/fi/invitation/secret\n",
        to=["maija@example.test"],
        headers={"Content-Language": "fi"},
    )
    message.attach_alternative('<!doctype html><html lang="fi"><title>x</title><h1>Hei Maija</h1></html>', "text/html")
    assert EmailBackend().send_messages([message]) == 1
    return DemoMail.objects.get()


def test_inbox_lists_what_was_sent(client, mail):
    page = client.get(INBOX, headers={"Accept-Language": "en"}).content.decode()

    assert f'<a href="{INBOX}{mail.pk}/" lang="fi">Vahvista hakemus &lt;b&gt;</a>' in page
    assert "To maija@example.test" in page


def test_empty_inbox_says_so(client):
    assert "There are no emails yet" in client.get(INBOX, headers={"Accept-Language": "en"}).content.decode()


def test_newest_letter_stands_first(client, mail):
    newer = DemoMail.objects.create(to="olli@example.test", subject="Newer", text="", html="")

    page = client.get(INBOX).content.decode()

    assert page.index(f"{INBOX}{newer.pk}/") < page.index(f"{INBOX}{mail.pk}/")


def test_letter_is_shown_as_text_with_its_links(client, mail):
    page = client.get(f"{INBOX}{mail.pk}/").content.decode()

    assert "<p>Hei Maija</p>" in page
    assert '<a href="http://testserver/fi/invitation/secret" rel="nofollow">' in page
    assert f'href="{INBOX}{mail.pk}/html/"' in page


def test_letter_is_shown_as_html_in_a_sandbox_of_its_own(client, mail):
    response = client.get(f"{INBOX}{mail.pk}/html/")

    policy = response.headers["Content-Security-Policy"]
    assert "<h1>Hei Maija</h1>" in response.content.decode()
    assert "sandbox allow-popups" in policy
    assert "default-src 'none'" in policy
    assert "'self'" not in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy


@pytest.mark.parametrize("path", ["999/", "999/html/"])
def test_letter_that_is_not_there(client, path):
    assert client.get(f"{INBOX}{path}").status_code == 404


def test_front_page_leads_to_the_inbox(client):
    assert f'href="{INBOX}"' in client.get("/en/").content.decode()


@pytest.mark.parametrize("path", ["", "{pk}/"])
def test_inbox_is_accessible_and_fits_a_narrow_screen(page, live_server, axe, mail, path):
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(f"{live_server.url}{INBOX}{path.format(pk=mail.pk)}")

    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_link_in_a_letter_shown_as_html_can_be_followed(page, live_server):
    link = f'<a href="{live_server.url}/fi/how-to/">Jatka</a>'
    mail = DemoMail.objects.create(to="maija@example.test", subject="Hei", text="", html=link)

    page.goto(f"{live_server.url}{INBOX}{mail.pk}/html/")
    page.get_by_role("link", name="Jatka").click()

    page.wait_for_url(f"{live_server.url}/fi/how-to/")


# --- Addresses that bounce -------------------------------------------------------------------------------


@pytest.fixture
def _worker(settings):
    settings.EMAIL_BACKEND = "demo.inbox.EmailBackend"


def status_of(address):
    """Let a letter to an address be sent, and return what is known of it in the next round of the worker."""
    sent = cast.document()
    sent["main_applicant"]["email"] = address
    intake.send(document.parse(sent), by=HOUSING_SYSTEM)
    deliver_due_letters()
    report_bounces()
    return Letter.objects.get(to__iexact=address).status


@pytest.mark.parametrize("address", ["bounce@example.test", "Bounce.maija@example.test", "maija@bounce.example.test"])
@pytest.mark.usefixtures("_worker")
def test_letter_to_an_address_that_begins_with_bounce_comes_back_and_staff_hear_of_it(client, address):
    assert status_of(address) == Status.UNDELIVERABLE
    assert outbox.is_unreachable(address)
    assert "Came back" in client.get(INBOX, headers={"Accept-Language": "en"}).content.decode()


@pytest.mark.usefixtures("_worker")
def test_other_letters_do_not_come_back(client):
    assert status_of("maija.bounce@example.test") == Status.SENT
    assert "Came back" not in client.get(INBOX, headers={"Accept-Language": "en"}).content.decode()


@pytest.mark.usefixtures("_worker")
def test_bounce_is_reported_once():
    status_of("bounce@example.test")
    report_bounces()

    assert TrackingEvent.objects.count() == 1


def test_worker_of_the_demo_reports_bounces(settings):
    assert "demo.inbox.report_bounces" in settings.WORKER_EVERY_ROUND
