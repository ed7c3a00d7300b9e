"""Whose fault it is that a letter does not arrive: one table, for replies of mail servers and reports of providers.

Sources: RFC 3463 and the registry of enhanced status codes that RFC 5248 began, RFC 5321 § 4.2 and § 4.3.2, RFC 7504.
A reply blames an address only where its code does. What is refused to many addresses at once is ours (stops.py).
"""

import re
from enum import StrEnum

from mailing.enums import Failure

# The operator has to do something at the mail server or provider, and hears of each.
REFUSES_US = frozenset({Failure.TLS, Failure.LOGIN, Failure.QUOTA, Failure.SENDER})
# Nobody's address is blamed, and we try for days.
OURS = REFUSES_US | {Failure.TIMEOUT, Failure.CONNECTION, Failure.ERROR}
# Of these, what is about all letters, not one.
AWAY = OURS - {Failure.ERROR}
# Another email there would not arrive either, until somebody corrects the address or speaks to its mail server.
UNREACHABLE = frozenset({Failure.NO_ADDRESS, Failure.SUPPRESSED, Failure.REFUSED, Failure.INVALID})
OF_ADDRESS = UNREACHABLE | {Failure.FULL}

# Enhanced status codes without their class: subject.detail.
ENHANCED = {
    **dict.fromkeys(("1.1", "1.2", "1.3", "1.6", "1.10", "2.1"), Failure.NO_ADDRESS),  # 1.10: null MX (RFC 7505)
    **dict.fromkeys(("2.2",), Failure.FULL),
    **dict.fromkeys(("4.5",), Failure.QUOTA),
    **dict.fromkeys(("1.7", "1.8", "7.2", "7.60"), Failure.SENDER),
    **dict.fromkeys((f"7.{detail}" for detail in range(20, 30)), Failure.SENDER),  # DKIM, SPF, PTR (RFC 7372)
    **dict.fromkeys(("7.8", "7.9", "7.11", "7.14"), Failure.LOGIN),
    **dict.fromkeys(("7.10",), Failure.TLS),
    **dict.fromkeys(("2.3", "3.4"), Failure.ERROR),  # our letter is too long for it
    **dict.fromkeys((f"{subject}.{detail}" for subject in (5, 6) for detail in range(12)), Failure.ERROR),
}
# Where a server gives no enhanced code, or one that says nothing: the reply code.
PLAIN = {
    **dict.fromkeys((500, 501, 502, 503, 504, 555), Failure.ERROR),
    **dict.fromkeys((521, 551, 553, 556), Failure.NO_ADDRESS),
    552: Failure.FULL,
}
NOT_LOGGED_IN = frozenset({530, 534, 535, 538})  # RFC 4954, whatever enhanced code stands beside
CODE = re.compile(r"(?<![\d.])([245])\.(\d{1,3}\.\d{1,3})(?![\d.])")
RELAY = re.compile(r"\brelay", re.IGNORECASE)  # 550 5.7.1 means relaying, or what the receiver does not like
PERMANENT = 5


class Step(StrEnum):
    """How far a letter had come when the reply was given."""

    SENDER = "sender"  # MAIL: the server knows nothing of the address yet
    RECIPIENT = "recipient"
    TEXT = "text"


def reason_of_code(text: str) -> Failure | None:
    """Return the reason that the first enhanced status code of a text gives; None if it has none that says one."""
    found = CODE.search(text)
    if found is None:
        return None
    kind, code = int(found[1]), found[2]
    if code.startswith("7.") and RELAY.search(text):
        return Failure.SENDER
    reason = ENHANCED.get(code)
    if kind != PERMANENT and reason not in {Failure.FULL, Failure.QUOTA, Failure.LOGIN, Failure.TLS}:
        return Failure.BUSY  # whatever it is, it passes: greylisting is 4.7.1
    return reason or (Failure.REFUSED if code.startswith(("4.", "7.")) else None)


def reason_of_reply(code: int, text: str, *, step: Step) -> Failure:
    """Return why a mail server did not take a letter, by its reply (RFC 5321 § 4.2.1)."""
    reason = Failure.LOGIN if code in NOT_LOGGED_IN else reason_of_code(text) or PLAIN.get(code)
    if code // 100 != PERMANENT:
        return reason or Failure.BUSY
    if step == Step.SENDER and reason not in OURS:
        return Failure.SENDER
    if reason is None and RELAY.search(text):
        return Failure.SENDER
    return reason or Failure.REFUSED
