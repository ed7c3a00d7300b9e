"""What leaves for each provider, and what its answers mean for the letter."""

import re
from urllib.parse import unquote_plus

import pytest

from mailing import worker
from mailing.enums import Failure, Status
from mailing.models import Letter
from mailing.providers import PROVIDERS, MessageId
from mailing.reasons import OF_ADDRESS
from tests.mailing.letters import queued
from tests.mailing.providers.accounts import NUMBER, NUMBERED_BY_ANYMAIL, TAKEN, TO
from tests.mailing.providers.refusals import ANYWHERE, INACTIVE, OF_SES, REFUSALS

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailNotSupportedWarning"),
    pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailDeprecationWarning"),
]

BY_HTTP = sorted(set(PROVIDERS) - {"amazon_ses"})


def left(asked):
    [request] = asked
    return unquote_plus(request).lower()


@pytest.mark.parametrize("key", BY_HTTP)
def test_letter_leaves_with_what_its_provider_can_do(deliver, key):
    letter, asked = deliver(key)

    request, provider = left(asked), PROVIDERS[key]
    named = re.search(rf"letter\W{{1,10}}{re.escape(letter.message_id.strip('<>'))}", request)
    assert (letter.status, letter.failure, letter.provider) == (Status.SENT, "", provider.name)
    assert letter.provider_message_id == NUMBER or (key in NUMBERED_BY_ANYMAIL and letter.provider_message_id)
    assert ("message-id" in request) == (provider.message_id != MessageId.REFUSED)
    assert ("auto-generated" in request) == provider.takes_headers
    assert bool(named) == provider.names_letter
    assert ("track" in request) == provider.switches_tracking
    assert TO in request


def test_postmark_is_asked_to_keep_the_message_id(deliver):
    _, asked = deliver("postmark")

    assert '{"name": "x-pm-keepid", "value": "true"}' in left(asked)


def test_every_provider_has_answers_here():
    assert sorted(TAKEN) == sorted(REFUSALS) == BY_HTTP


def test_former_name_of_a_provider_sends_alike(deliver, settings):
    letter, asked = deliver("sendinblue", TAKEN["brevo"])

    assert (letter.status, letter.provider) == (Status.SENT, "SendinBlue")
    assert "message-id" in left(asked)


@pytest.mark.parametrize(("key", "status", "body", "failure"), [(k, *each) for k in REFUSALS for each in REFUSALS[k]])
def test_answer_of_a_provider_tells_whose_fault_it_is(deliver, key, status, body, failure):
    letter, _ = deliver(key, (status, body, {}))

    is_final = failure in OF_ADDRESS
    assert letter.failure == failure
    assert letter.status == (Status.UNDELIVERABLE if is_final else Status.DELAYED)


@pytest.mark.parametrize("key", BY_HTTP)
@pytest.mark.parametrize(("status", "body", "failure"), ANYWHERE)
def test_answer_without_a_known_word_blames_no_address(deliver, key, status, body, failure):
    letter, _ = deliver(key, (status, body, {}))

    assert (letter.status, letter.failure) == (Status.DELAYED, failure)


def test_code_of_a_provider_is_logged_and_nothing_of_its_words(deliver, caplog):
    caplog.set_level("INFO", "mailing")

    deliver("postmark", (422, {"ErrorCode": 406, "Message": f"Inactive {TO}"}, {}))
    deliver("resend", (422, {"name": TO, "message": f"Invalid {TO}"}, {}), key="hello:2")

    said = [record for record in caplog.records if record.message.startswith("answer of the provider")]
    facts = [(each.provider, each.status, each.code) for each in said]
    assert facts == [("Postmark", 422, "406"), ("Resend", 422, "")]
    assert TO not in caplog.text
    assert all(TO not in str(vars(record)) for record in caplog.records)


def test_provider_that_names_the_address_in_other_letters_has_taken_the_letter(deliver):
    answer = {"Messages": [{"Status": "success", "To": [{"Email": "xn@xn--bcher-kva.example", "MessageID": 17}]}]}

    letter, _ = deliver("mailjet", (200, answer, {}), to="xn@bücher.example")

    assert (letter.status, letter.provider_message_id) == (Status.SENT, "17")


def test_refusal_of_an_address_that_is_named_in_other_letters_is_a_refusal(deliver):
    answer = {"ErrorCode": 406, "Message": INACTIVE.replace(TO, "xn@xn--bcher-kva.example")}

    letter, _ = deliver("postmark", (422, answer, {}), to="xn@bücher.example")

    assert (letter.status, letter.failure) == (Status.UNDELIVERABLE, Failure.SUPPRESSED)


# --- Amazon SES, behind boto3 ----------------------------------------------------------------------------


def test_letter_leaves_by_amazon_ses(ses):
    letter = queued()

    worker.deliver_due_letters()

    [asked] = ses.calls
    raw = asked["Content"]["Raw"]["Data"].decode()
    letter = Letter.objects.get(pk=letter.pk)
    assert (letter.status, letter.provider, letter.provider_message_id) == (Status.SENT, "Amazon SES", NUMBER)
    assert asked["Destination"] == {"ToAddresses": [TO]}
    assert f'X-Metadata: {{"letter": "{letter.message_id.strip("<>")}"}}' in raw
    assert "Auto-Submitted: auto-generated" in raw


@pytest.mark.parametrize(("error", "failure"), OF_SES)
def test_error_of_amazon_ses_tells_whose_fault_it_is(ses, error, failure):
    ses.error, letter = error, queued()

    worker.deliver_due_letters()

    letter.refresh_from_db()
    assert letter.failure == failure
    assert letter.status == (Status.UNDELIVERABLE if failure == Failure.INVALID else Status.DELAYED)
