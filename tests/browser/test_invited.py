"""A couple with one address (R15): real letters through a mail server, whose links and codes a browser follows."""

import email.header
import re

import pytest

from applications.models import Application
from mailing import worker
from tests import cast
from tests.applications.factories import application, state
from tests.browser.journey import WORDS, control, found, heading, path, press, sign_in_at_bank
from tests.mailing import sink as sinks

SHARED = "we.two@example.test"


@pytest.fixture
def post(settings):
    """Deliver by SMTP to a mail server on this machine, and return what it has taken."""
    with sinks.running() as sink:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        yield sink


@pytest.fixture
def couple(live_server):
    """An application of two, who share an address and not a language."""
    return application(
        cast.MAIJA,
        cast.OLLI,
        main_applicant=cast.applicant(cast.MAIJA, email=SHARED, language="fi"),
        co_applicants=[cast.applicant(cast.OLLI, email=SHARED, language="sv")],
    )


def letters(post):
    """Deliver what is due, and return each letter's subject and text."""
    taken = len(post.taken)
    worker.deliver_due_letters()
    return [(subject(letter), text(letter)) for letter in post.taken[taken:]]


def subject(letter):
    return str(email.header.make_header(email.header.decode_header(letter["Subject"])))


def text(letter):
    return letter.get_payload(0).get_payload(decode=True).decode()


def to_whom(letter):
    return [
        name
        for name in ("Maija Liisa Meikäläinen", "Olli Öhman")
        if f"hakemuksessa on ”{name}”" in letter or f"i ansökan heter ”{name}”" in letter
    ]


def test_couple_with_one_address_confirms_by_its_letters(live_server, new_context, post, couple):
    page = new_context().new_page()
    (acknowledged, receipt), (invited, invitation) = letters(post)
    assert (acknowledged, to_whom(receipt)) == (
        f"{couple.number}: Hakemuksesi ei ole vielä voimassa. Vahvista hakemus.",
        ["Maija Liisa Meikäläinen"],
    )
    assert to_whom(invitation) == ["Olli Öhman"]
    assert "Maija" not in invited  # anybody may write any name there
    assert "”Maija”" in invitation
    assert cast.OLLI["hetu"] not in receipt + invitation

    # Maija, in Finnish, by the link of her own letter.
    page.goto(re.search(r"http\S+/confirm/\S+", receipt).group())
    sign_in_at_bank(page, cast.MAIJA, language="fi")
    press(page, WORDS["fi"].confirm)
    assert state(couple) == "awaiting"
    press(page, WORDS["fi"].log_out)

    # Olli, in Swedish, at the same computer, by the link of his.
    link = re.search(r"http\S+invitation/\?token=[0-9a-f]+", invitation).group()
    for _ in range(2):  # as scanners do
        assert page.request.get(link).status == 200
        assert page.request.head(link).status == 200
    page.goto(link)
    assert found(page).language == "sv"
    assert couple.number not in page.locator("main").inner_text()
    press(page, "Fortsätt")
    sign_in_at_bank(page, cast.OLLI, language="sv")
    assert path(page) == f"/sv/applications/{couple.number}/confirm/"
    assert "Maija Liisa" not in page.locator("header, [aria-label]").all_inner_texts()
    press(page, WORDS["sv"].confirm)

    assert heading(page) == "Din ansökan är giltig"
    assert state(couple) == "valid"
    told = letters(post)
    assert sorted(name for _, letter in told for name in to_whom(letter)) == [
        "Maija Liisa Meikäläinen",  # her receipt
        "Maija Liisa Meikäläinen",  # it is valid
        "Olli Öhman",  # Maija has confirmed
        "Olli Öhman",  # his receipt
    ]
    page.goto(link)
    assert heading(page) == "Den här inbjudan kan inte användas"


def test_code_of_the_letter_leads_where_its_link_leads(live_server, new_context, post, couple):
    page = new_context().new_page()
    invitation = letters(post)[1][1]
    code = re.search(r": ([0-9A-Z]{4}-[0-9A-Z]{4})\b", invitation).group(1)

    page.goto(f"{live_server.url}/sv/")
    page.get_by_label("Koden som du fick per e-post").fill(code.lower().replace("-", " "))
    with page.expect_navigation():
        page.locator("form:has([name=code]) button").click()

    assert control(page, WORDS["sv"].accept_cookies).is_visible()
    assert page.context.cookies() == []
    press(page, "Inbjudan är inte till mig")
    press(page, "Inbjudan är inte till mig")
    assert [a.first_names for a in Application.objects.get(pk=couple.pk).applicants if a.declined_at] == ["Olli"]
    assert "Olli" in letters(post)[0][1]
