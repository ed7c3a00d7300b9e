"""The pages of the demo's mailboxes."""

import datetime as dt

import pytest
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from demo import data
from demo.inbox import EmailBackend
from demo.models import DemoMail, MailState
from demo.odd_addresses import ODD_ADDRESSES
from mailing.worker import deliver_due_letters

pytestmark = pytest.mark.django_db

INBOX = "/demo/inbox/en/"
MAIJAS = f"{INBOX}maija@example.test/"
LANGUAGES = ["fi", "sv", "en"]


@pytest.fixture
def mail():
    message = EmailMultiAlternatives(
        "Vahvista hakemus <b>",
        "Vahvista hakemus <b>\n\nHei Maija\n\nhttp://testserver/fi/invitation/secret\n",
        from_email="Hekan asuntohakemus <no-reply@localhost>",
        to=["Maija@example.test"],
        headers={"Content-Language": "fi"},
    )
    message.attach_alternative('<!doctype html><html lang="fi"><title>x</title><h1>Hei Maija</h1></html>', "text/html")
    assert EmailBackend().send_messages([message]) == 1
    return DemoMail.objects.get()


def another(subject="Newer", *, to="maija@example.test", minutes=0, **fields):
    """Store a letter that came so many minutes before now."""
    at = timezone.now() - dt.timedelta(minutes=minutes)
    return DemoMail.objects.create(to=to, subject=subject, text="", html="", received_at=at, **fields)


def text_of(client, address):
    return " ".join(client.get(address).content.decode().split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_inbox_opens_in_the_language_of_the_browser(client, language):
    assert client.get("/demo/inbox/", headers={"Accept-Language": language})["Location"] == f"/demo/inbox/{language}/"


@pytest.mark.parametrize("path", ["", "maija@example.test/", "{pk}/"])
def test_each_page_leads_to_itself_in_the_other_languages_and_knows_no_fourth(client, mail, path):
    path = path.format(pk=mail.pk)

    page = client.get(f"{INBOX}{path}").content.decode()

    assert [f'href="/demo/inbox/{language}/{path}"' in page for language in LANGUAGES] == [True] * 3
    assert client.get(f"/demo/inbox/de/{path}").status_code == 404


def test_mailboxes_are_listed_by_person_that_with_the_latest_letter_first(client, mail):
    another(to="olli@example.test", name="Olli Esimerkki")
    page = text_of(client, INBOX)

    assert page.index(f'<a href="{INBOX}olli@example.test/">Olli Esimerkki</a>') < page.index(f'<a href="{MAIJAS}">')
    assert page.count("1 unread email") == 2


def test_shared_mailbox_bears_both_names(client):
    another(name="Maija Meikäläinen")
    another(name="Olli Esimerkki", minutes=1)
    another(minutes=2)  # of a draft: it is for nobody by name

    page = text_of(client, INBOX)

    assert f'<a href="{MAIJAS}">Maija Meikäläinen, Olli Esimerkki</a>' in page
    assert "3 unread emails" in page


def test_address_in_letters_of_its_own_is_shown_so(client):
    mail = another(to="ben@xn--bcher-kva.example", name="Ben")
    another(to="ada@xn--bcher-kva.example")

    pages = [text_of(client, f"{INBOX}{path}") for path in ("", f"{mail.to}/", f"{mail.pk}/")]

    assert ["ben@bücher.example" in page for page in pages] == [True] * 3
    assert ">ada@bücher.example</a>" in pages[0]
    assert f'<a href="{INBOX}{mail.to}/">Ben</a>' in pages[0]


def test_empty_inbox_says_so(client):
    assert "There are no emails yet" in text_of(client, INBOX)


@pytest.mark.parametrize("path", [INBOX, "/demo/practice/en/"])
def test_addresses_to_practise_on_are_explained(client, path):
    page = text_of(client, path)

    assert [str(odd.words) in page and f"<code>{odd.word}</code>" in page for odd in ODD_ADDRESSES] == [True] * 6


def test_mailbox_shows_sender_subject_and_beginning(client, mail):
    page = text_of(client, MAIJAS)

    assert "<span>Hekan asuntohakemus</span>" in page
    assert '<span lang="fi">Vahvista hakemus &lt;b&gt;</span></a>' in page
    assert 'lang="fi">Hei Maija http://testserver/fi/invitation/secret</p>' in page


def test_newest_letter_stands_first(client, mail):
    newer = another()
    page = client.get(MAIJAS).content.decode()

    assert page.index(f"{INBOX}{newer.pk}/") < page.index(f"{INBOX}{mail.pk}/")


def test_opening_a_letter_marks_it_read_for_screen_readers_too(client, mail):
    before = text_of(client, MAIJAS)
    client.get(f"{INBOX}{mail.pk}/")
    after = text_of(client, MAIJAS)

    assert ("Unread:" in before, 'class="unread"' in before, "1 unread email" in before) == (True, True, True)
    assert ("Unread:" in after, 'class="unread"' in after, "No unread emails" in after) == (False, False, True)
    assert ">1 email</span>" in text_of(client, INBOX)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (MailState.WAITING, "Not accepted yet"),
        (MailState.REFUSED, "Refused by the mail server"),
        (MailState.RETURNED, "Came back"),
        (MailState.JUNK, "In the junk mail folder"),
    ],
)
def test_letter_that_does_not_lie_in_the_inbox_is_shown_with_what_became_of_it(client, state, words):
    odd = another(state=state)

    for address in (MAIJAS, f"{INBOX}{odd.pk}/"):
        assert words in text_of(client, address)
    assert "No unread emails" in text_of(client, MAIJAS)
    assert "1 email is not in the inbox" in text_of(client, INBOX)


def test_answer_of_the_mail_server_is_shown(client):
    odd = another(to="full@example.test", state=MailState.WAITING)

    assert "4.2.2 The mailbox is full" in text_of(client, f"{INBOX}{odd.pk}/")


def test_letter_is_shown_as_text_with_its_links(client, mail):
    page = client.get(f"{INBOX}{mail.pk}/").content.decode()

    assert "<p>Hei Maija</p>" in page
    assert '<a href="http://testserver/fi/invitation/secret" rel="nofollow">' in page
    assert f'href="/demo/inbox/{mail.pk}/html/"' in page
    assert f'href="{MAIJAS}"' in page


def test_letter_leads_to_those_before_and_after_it(client):
    oldest, middle, newest = another(minutes=2), another(minutes=1), another()
    links = {"newer": "Next newer email", "older": "Next older email"}

    pages = {each.pk: text_of(client, f"{INBOX}{each.pk}/") for each in (oldest, middle, newest)}

    assert f'href="{INBOX}{newest.pk}/">{links["newer"]}' in pages[middle.pk]
    assert f'href="{INBOX}{oldest.pk}/">{links["older"]}' in pages[middle.pk]
    assert links["newer"] not in pages[newest.pk]
    assert links["older"] not in pages[oldest.pk]


def test_letter_is_shown_as_html_in_a_sandbox_of_its_own(client, mail):
    response = client.get(f"/demo/inbox/{mail.pk}/html/")

    policy = response.headers["Content-Security-Policy"]
    assert "<h1>Hei Maija</h1>" in response.content.decode()
    assert "sandbox allow-popups" in policy
    assert "default-src 'none'" in policy
    assert "'self'" not in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy


@pytest.mark.parametrize("path", ["en/999/", "999/html/", "en/nobody@example.test/"])
def test_what_is_not_there(client, path):
    assert client.get(f"/demo/inbox/{path}").status_code == 404


def test_front_page_leads_to_the_mailboxes_and_to_each_persons_with_what_is_unread(client):
    another(to="aino@example.test")
    page = text_of(client, "/en/")

    assert f'href="{INBOX}"' in page
    assert f'<a href="{INBOX}aino@example.test/">1 unread email<span' in page
    assert f'<a href="{INBOX}selma@example.test/">Emails<span' in page
    assert page.count(f'<a href="{INBOX}lahtinen@example.test/">') == 2


def test_mailbox_of_a_person_of_the_demo_is_there_before_the_first_letter(client):
    page = text_of(client, f"{INBOX}lahtinen@example.test/")

    assert "<h1>Pekka Lahtinen, Liisa Lahtinen</h1>" in page
    assert "There are no emails yet" in page


def test_letters_of_the_demo_bear_the_names_that_its_people_have(client, settings):
    settings.EMAIL_BACKEND = "demo.inbox.EmailBackend"
    data.load()

    deliver_due_letters()

    assert f'<a href="{INBOX}aino@example.test/">Aino Aalto</a>' in text_of(client, INBOX)
    assert "Not accepted yet" in text_of(client, f"{INBOX}full.lotta@example.test/")


@pytest.mark.parametrize("path", ["", "maija@example.test/", "{pk}/"])
def test_pages_take_the_same_few_queries_whatever_is_there(client, mail, path, django_assert_max_num_queries):
    address = f"{INBOX}{path.format(pk=mail.pk)}"
    with django_assert_max_num_queries(5):
        client.get(address)
    for number in range(5):
        another(to=f"person{number}@example.test")
        another()

    with django_assert_max_num_queries(5):
        client.get(address)


@pytest.mark.parametrize(("width", "language"), [(320, "fi"), (390, "sv"), (1366, "en")])
def test_mailboxes_are_accessible_and_fit_the_screen(page, live_server, axe, mail, width, language):
    another(state=MailState.RETURNED, language="en", name="Maximiliana Konstantinopolitanischefrau-Esimerkki")
    page.set_viewport_size({"width": width, "height": 700})

    for path in ("", "maija@example.test/", f"{mail.pk}/"):
        page.goto(f"{live_server.url}/demo/inbox/{language}/{path}")
        for part in page.locator("main details").all():
            part.locator("summary").click()
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_mailbox_is_read_by_keyboard(page, live_server, mail):
    page.goto(f"{live_server.url}{INBOX}")
    page.get_by_role("link", name="maija@example.test").press("Enter")
    page.wait_for_url(f"**{MAIJAS}")
    page.get_by_role("link", name="Unread: Vahvista hakemus").press("Enter")

    page.wait_for_url(f"**{INBOX}{mail.pk}/")


def test_link_in_a_letter_shown_as_html_can_be_followed(page, live_server):
    link = f'<a href="{live_server.url}/fi/how-to/">Jatka</a>'
    mail = DemoMail.objects.create(to="maija@example.test", subject="Hei", text="", html=link)

    page.goto(f"{live_server.url}/demo/inbox/{mail.pk}/html/")
    page.get_by_role("link", name="Jatka").click()

    page.wait_for_url(f"{live_server.url}/fi/how-to/")
