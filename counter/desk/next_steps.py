"""What is next for a person at the desk, where that is not the usual way of checking and confirming.

A sentence about non-disclosure is for staff with the right alone: nobody else learns that the mark exists (R16).
"""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from applications import dates, email_words
from applications.enums import State
from applications.models import Applicant, IdCheck
from counter.desk.messages import Sent
from identity.models import Account, User
from mailing.enums import Status


def next_steps(
    slot: Applicant,
    checks: Sequence[IdCheck],
    account: Account | None,
    account_letters: Sequence[Sent] = (),
    *,
    staff: User,
) -> list[str]:
    """Return what is next for the person in this slot, given their checks, account and its letters, in sentences.

    There is none where the page itself shows it: a document is checked, then the application is confirmed. What an
    ended application needs stands elsewhere.
    """
    if not slot.version.application.is_open:
        return []
    return [
        *_of_the_application(slot, checks),
        *_of_the_account(slot, account, account_letters),
        *_of_contact_details(slot, staff),
    ]


def _of_the_application(slot: Applicant, checks: Sequence[IdCheck]) -> Iterator[str]:
    if slot.confirmed:
        if slot.version.application.status == State.AWAITING:
            yield _(
                "Nothing more is needed from this person. The application will become valid when everyone has "
                "confirmed it."
            )
    elif not slot.is_adult:
        yield _(
            "This person is under 18 and does not need to confirm. If they turn 18 before the application is valid, "
            "they must confirm it too."
        )
    elif slot.declined_at:
        yield _(
            "This person has declined the application, and it cannot become valid as it is. The main applicant can "
            "edit it. Then everyone must confirm it."
        )
        if elsewhere := slot.version.application.edited_elsewhere:
            yield _("The applicants can edit this application only in another service, %(name)s.") % {
                "name": elsewhere.name
            }
    elif any(check.is_doubted for check in checks):
        yield _(
            "A check of this person is waiting for a second review. The application cannot be confirmed and no "
            "account can be created before that. We will tell the person what a colleague has decided."
        )
    else:
        yield from _of_the_check(slot, checks)


def _of_the_check(slot: Applicant, checks: Sequence[IdCheck]) -> Iterator[str]:
    """Say what a check makes possible that is not a plain one of today, and what a document without one may."""
    latest = next((check for check in checks if check.is_sound), None)
    is_of_today = latest and latest.applicant_id == slot.pk and latest.checked_at >= dates.start_of_today()
    if latest and is_of_today and latest.representative:
        yield _(
            "%(who)s can act for this person here today and, for example, confirm the application. No account can be "
            "created on the basis of this check."
        ) % {"who": latest.represented_by}
    elif latest and latest.pending_reason and is_of_today:
        yield _("A colleague has accepted the check. The person can confirm the application here now.")
    elif latest and latest.pending_reason and latest.may_bear_account and slot.hetu:
        yield _(
            "A colleague has accepted the check. An account can be created on the basis of it. To confirm the "
            "application here, the person’s identity must be checked today."
        )
    elif slot.only_at_counter and not is_of_today:
        yield _(
            "This person can confirm only here. If their document has a Finnish personal identity code, enter it in "
            "the check. After that, they can also confirm with online banking codes."
        )


def _of_the_account(slot: Applicant, account: Account | None, letters: Sequence[Sent]) -> Iterator[str]:
    if not slot.is_awaited or account is None or account.closed_at or account.verified_at:
        return
    link = next((one for one in letters if one.letter.message == "account_link"), None)  # the latest
    if link and link.letter.status == Status.UNDELIVERABLE:
        yield _("The email with the link to create a password did not reach this person. %(why)s %(to_do)s") % {
            "why": email_words.why(link.letter),
            "to_do": link.to_do,
        }
        yield _("On the page of the account you can correct the address or send a new link.")
    else:
        yield _(
            "This person has an account but has not created a password. On the page of the account you see whether "
            "the email arrived. There you can correct the address or send a new link."
        )


def _of_contact_details(slot: Applicant, staff: User) -> Iterator[str]:
    if slot.is_adult and not slot.email:
        yield _(
            "We have no email address for this person, so customer service tells them news by phone or on paper. If "
            "they have an address, add it to the contact details."
        )
    if slot.protected and staff.has_perm("counter.see_protected"):
        yield _(
            "This person is under non-disclosure for personal safety. Advisers do not see where they live or how to "
            "reach them. You can show the details to the person or print them."
        )
