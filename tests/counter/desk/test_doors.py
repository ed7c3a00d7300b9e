"""What the desk says while the bank's or the mail's door is closed."""

import pytest

from identity import outages as identification
from identity.models import Account
from identity.outages import FAILURES
from tests.applications.factories import application
from tests.cast import MAIJA
from tests.counter.desk.arranged import address, checked, text_of
from tests.identity.test_checks import entry
from tests.mailing.test_outages import letter

pytestmark = pytest.mark.django_db

BANK, MAIL = "Identification does not work (Test bank).", "Emails are not going out."


@pytest.fixture
def _closed(settings):
    settings.IDENTITY_PROVIDERS = [entry(id="test", name="Test bank")]
    for _ in range(FAILURES):
        identification.record_failure("test")
    for number in range(2):
        letter(number, minutes=45)


def test_desk_says_nothing_while_all_doors_are_open(adviser):
    page = text_of(adviser.get(address("desk")))

    assert BANK not in page
    assert MAIL not in page


@pytest.mark.usefixtures("_closed")
def test_desk_says_which_doors_are_closed_and_what_to_tell_customers(adviser):
    page = text_of(adviser.get(address("desk")))

    assert BANK in page
    assert f"The last {FAILURES} attempts failed" in page
    assert "Tell customers that they can confirm the application here" in page
    assert MAIL in page
    assert "2 emails are waiting" in page


@pytest.mark.usefixtures("_closed")
def test_page_of_an_account_says_that_the_link_arrives_later(adviser):
    sent = application(MAIJA)
    checked(sent, MAIJA)

    page = text_of(adviser.get(address("desk_account", sent.reference, 0)))

    assert Account.objects.count() == 0
    assert MAIL in page
    assert BANK not in page


@pytest.mark.parametrize(
    ("language", "said"), [("fi", "Tunnistautuminen ei toimi"), ("sv", "Identifieringen fungerar")]
)
@pytest.mark.usefixtures("_closed")
def test_adviser_reads_it_in_their_language(adviser, language, said):
    assert said in text_of(adviser.get(address("desk", language=language)))
