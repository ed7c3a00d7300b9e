"""Every email as it leaves, in each language, for whoever judges all of them.

The same life is told in each language: what a letter is written of knows no language.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import product
from typing import NamedTuple
from uuid import uuid4

import time_machine
from django.core.mail import EmailMultiAlternatives
from django.test import Client, override_settings

from applications import clock, drafts
from counter import feedback
from counter.models import Counter
from identity import accounts, break_glass, staff_changes
from mailing.letters import NoLongerDue, write_letter
from mailing.models import Letter
from tests.applications.form.forms import MAIN, Somebody
from tests.applications.test_letters import MESSAGES, START, household
from tests.identity.accounts import EMAIL, evidence, with_password
from tests.pages.collected import LANGUAGES
from tests.reading import taken_back
from tests.staff import acting, staff

# As an operator sets them: emails from this machine are no emails that anybody would judge.
REAL = {"DEFAULT_FROM_EMAIL": "no-reply@confirm.example.fi", "PUBLIC_URL": "https://confirm.example.fi"}
Days = Callable[[int], None]


class Email(NamedTuple):
    """An email of that kind, as it leaves."""

    kind: str
    language: str
    message: EmailMultiAlternatives

    @property
    def html(self) -> str:
        return str(self.message.alternatives[0][0])


def emails() -> Iterator[Email]:
    """Yield each email, several of most kinds."""
    for message in MESSAGES:
        yield from written(partial(household, message), message)
    for happen in (
        life_of_an_account,
        end_of_an_account,
        life_of_a_draft,
        feedback_and_its_receipt,
        invitation_of_staff,
        use_of_the_emergency_account,
    ):
        yield from written(happen)


def written(happen: Callable[[Days], object], only: str = "") -> Iterator[Email]:
    """Let something happen, and yield what is then written of it in each language; all of it is taken back."""
    with taken_back(), time_machine.travel(START, tick=False) as traveller:

        def days(count: int) -> None:
            for _ in range(count):
                traveller.shift(dt.timedelta(days=1))
                clock.tick()

        happen(days)
        for letter, language in product(Letter.objects.filter(message__startswith=only), LANGUAGES):
            letter.language = language
            with suppress(NoLongerDue), override_settings(**REAL):
                yield Email(letter.message, language, write_letter(letter))


def life_of_an_account(_days: Days) -> None:
    account = with_password()
    accounts.correct_account_address(account, email=f"new.{EMAIL}", id_check=evidence())


def end_of_an_account(_days: Days) -> None:
    accounts.close(with_password())


def life_of_a_draft(days: Days) -> None:
    somebody = Somebody(Client()).begin()
    somebody.fill("people", "p1", MAIN)
    somebody.client.post(somebody.at("draft_mail_link"), {"email": EMAIL})
    days(23)
    drafts.end_quiet_drafts()


def feedback_and_its_receipt(_days: Days) -> None:
    Counter.objects.update(feedback_email=EMAIL)
    feedback.give_feedback(form_key=uuid4(), kind="other", text="Good.", email=EMAIL, language="fi")


def invitation_of_staff(_days: Days) -> None:
    anna = staff("adviser")
    anna.groups.clear()
    anna.email = EMAIL
    anna.save()
    staff_changes.send_link_or_ask(anna, by=acting("operator"))
    staff_changes.send_link_or_ask(anna, by=acting("operator"))


def use_of_the_emergency_account(_days: Days) -> None:
    told = staff("supervisor")
    told.email = EMAIL
    told.save()
    break_glass.alarm(staff("operator"))
