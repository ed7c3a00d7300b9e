"""Addresses of the demo that say what becomes of the emails to them.

What real mail servers and providers would answer and report is answered and reported here, so that everybody can see
on every page what follows.
"""

import datetime as dt
import math
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mailing.enums import Fate

AT_ONCE = dt.timedelta()
LATER = dt.timedelta(minutes=1)
NOBODY_THERE = "550 5.1.1 The email account that you tried to reach does not exist"  # as large providers say it


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a provider reports of an email some time `after` it took it."""

    fate: Fate
    after: dt.timedelta = AT_ONCE
    says: str = ""  # the receiving server, with codes of RFC 5321 and 3463


@dataclass(frozen=True, kw_only=True)
class OddAddress:
    """What becomes of emails to addresses that begin, or whose domain begins, with a `word`; `words` say it.

    The mail server refuses so many tries of each email with a `reply`, and then takes it. `reports` follow.
    """

    word: str
    words: Promise | str
    refusals: float = 0
    reply: tuple[int, bytes] = (250, b"")
    reports: tuple[Report, ...] = ()

    @property
    def is_refused_for_good(self) -> bool:
        return self.refusals == math.inf

    @property
    def answer(self) -> str:
        """What the mail server that does not take the emails says."""
        says = [f"{self.reply[0]} {self.reply[1].decode()}"] if self.refusals else [each.says for each in self.reports]
        return says[-1] if says else ""


ORDINARY = OddAddress(word="", words="")
ODD_ADDRESSES = (
    OddAddress(
        word="bounce",
        words=_("The address does not exist. The email comes back within seconds."),
        reports=(Report(fate=Fate.BOUNCED, says=NOBODY_THERE),),
    ),
    OddAddress(
        word="later-bounce",
        words=_("The email seems to arrive, but comes back a minute later."),
        reports=(Report(fate=Fate.DELIVERED), Report(fate=Fate.BOUNCED, after=LATER, says=NOBODY_THERE)),
    ),
    OddAddress(
        word="full",
        words=_("The mailbox is full. The email is accepted on the third try, after about a minute."),
        refusals=2,
        reply=(452, b"4.2.2 The mailbox is full"),
    ),
    OddAddress(
        word="complains",
        words=_("The email arrives. A minute later its reader marks it as junk mail."),
        reports=(Report(fate=Fate.DELIVERED), Report(fate=Fate.COMPLAINED, after=LATER)),
    ),
    OddAddress(
        word="slow",
        words=_("The mail server asks us to try again later. The email is accepted on the second try."),
        refusals=1,
        reply=(451, b"4.7.1 Greylisted, please try again later"),
    ),
    OddAddress(
        word="refuses",
        words=_("The mail server refuses every email."),
        refusals=math.inf,
        reply=(554, b"5.7.1 Message refused"),
    ),
)


def odd_address(address: str) -> OddAddress:
    """Return what becomes of emails to an address: ORDINARY unless it, or its domain, begins with a word."""
    parts = address.lower().split("@")
    return next((odd for odd in ODD_ADDRESSES if any(part.startswith(odd.word) for part in parts)), ORDINARY)
