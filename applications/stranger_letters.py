"""How many emails people whom nobody has identified can cause to one address (R20).

The form and its drafts take any address from anybody. So what they cause is counted by receiving address, over all
senders and days, whichever spelling of the address is used. An application is taken in all the same: the emails of
its applicants at such an address wait until somebody who applies has identified themselves (invitations.py).
"""

from collections.abc import Iterable

from django.utils import timezone

from applications.models import Applicant
from identity import limits

MOST_A_DAY = 10  # a family of four shares one address, and may send its application twice


def count_stranger_letter(address: str) -> None:
    """Count an email, or the emails of one applicant, that an unidentified sender causes. Raises limits.TooMany."""
    limits.count("letters of strangers", mailbox(address), most=MOST_A_DAY, seconds=limits.DAY)


def hold_surplus(slots: Iterable[Applicant]) -> None:
    """Hold the emails to those of these people at whose address strangers have caused enough emails today."""
    reached = (slot for slot in slots if slot.email)
    for slot in sorted(reached, key=lambda each: (mailbox(each.email), each.pk)):  # one order, as counting locks
        try:
            count_stranger_letter(slot.email)
        except limits.TooMany:
            slot.held_at = timezone.now()
            slot.save(update_fields=["held_at"])


def mailbox(address: str) -> str:
    """Return one spelling of the addresses that lead to one mailbox: in lower case, without what follows a plus."""
    local, _at, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
