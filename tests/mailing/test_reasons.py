"""Whose fault a refusal is, by what the mail server says (RFC 3463, RFC 5321 § 4.2)."""

import pytest

from mailing.enums import Failure
from mailing.reasons import OF_ADDRESS, OURS, Step, reason_of_code, reason_of_reply

RECIPIENT, SENDER, TEXT = Step.RECIPIENT, Step.SENDER, Step.TEXT


@pytest.mark.parametrize(
    ("code", "said", "step", "reason"),
    [
        (550, "5.1.1 No such user", RECIPIENT, Failure.NO_ADDRESS),
        (550, "5.1.10 RESOLVER.ADR.RecipientNotFound", RECIPIENT, Failure.NO_ADDRESS),
        (550, "5.2.1 The mailbox is inactive", RECIPIENT, Failure.NO_ADDRESS),
        (556, "This domain takes no mail", RECIPIENT, Failure.NO_ADDRESS),
        (551, "User not local", RECIPIENT, Failure.NO_ADDRESS),
        (452, "4.2.2 Over quota", RECIPIENT, Failure.FULL),
        (552, "5.2.2 Over quota", RECIPIENT, Failure.FULL),
        (552, "Storage exceeded", RECIPIENT, Failure.FULL),
        (451, "4.7.1 Greylisted, try again in 300 seconds", RECIPIENT, Failure.BUSY),
        (450, "4.1.1 Not yet known", RECIPIENT, Failure.BUSY),
        (421, "Too many messages", SENDER, Failure.BUSY),
        (550, "5.4.5 Daily sending limit", SENDER, Failure.QUOTA),
        (550, "5.4.5 Daily sending limit", TEXT, Failure.QUOTA),
        (451, "4.4.5 Hourly limit", TEXT, Failure.QUOTA),
        (554, "5.2.0 Sending quota", SENDER, Failure.SENDER),
        (530, "5.7.0 Must issue STARTTLS first", SENDER, Failure.LOGIN),
        (530, "Authentication required", RECIPIENT, Failure.LOGIN),
        (550, "5.7.60 Client does not have permissions to send as this sender", TEXT, Failure.SENDER),
        (550, "5.7.26 Unauthenticated email is not accepted", TEXT, Failure.SENDER),
        (550, "5.1.8 Bad sender's domain", SENDER, Failure.SENDER),
        (550, "5.7.1 Relaying denied", RECIPIENT, Failure.SENDER),
        (554, "Relay access denied", RECIPIENT, Failure.SENDER),
        (550, "5.1.1 Not allowed", SENDER, Failure.SENDER),  # before it has heard of any address
        (550, "5.7.1 Message rejected due to content", TEXT, Failure.REFUSED),
        (554, "Looks like advertising", TEXT, Failure.REFUSED),
        (550, "No", RECIPIENT, Failure.REFUSED),
        (550, "5.0.0 No", RECIPIENT, Failure.REFUSED),
        (552, "5.3.4 Message too big", TEXT, Failure.ERROR),
        (501, "5.5.4 Syntax", RECIPIENT, Failure.ERROR),
    ],
)
def test_reply_says_whose_fault_it_is(code, said, step, reason):
    assert reason_of_reply(code, said, step=step) == reason


@pytest.mark.parametrize("text", ["", "Sent to 10.5.1.1 and 5.1.1.7", "version 5.1", "5.0.0", "no code at all"])
def test_text_without_a_code_that_says_something_gives_no_reason(text):
    assert reason_of_code(text) is None


def test_every_reason_but_one_is_ours_or_of_the_address():
    assert set(Failure) - OURS - OF_ADDRESS == {Failure.BUSY}
    assert set() == OURS & OF_ADDRESS
