import pytest
from django.core.mail import EmailMultiAlternatives

from demo.inbox import EmailBackend
from demo.models import DemoMail

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
