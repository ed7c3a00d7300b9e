"""Telling people of an application that came in, or of one that was changed: an acknowledgement, and invitations."""

from collections import defaultdict
from collections.abc import Sequence

from django.utils import timezone

from applications import dates, invitation_links, letters, reading, stranger_letters
from applications.document import Document
from applications.models import Applicant, Application, Invitation
from core import stored
from core.actors import Actor, Source
from mailing import outbox
from mailing.enums import Rank
from mailing.outbox import Draft


def announce(
    sent: Sequence[Application],
    slots: Sequence[Sequence[Applicant]] = (),
    *,
    by: Actor,
    former: Sequence[Applicant] = (),
    holds_emails: bool = False,
) -> None:
    """Acknowledge new versions to their main applicants, and invite their adult co-applicants who have an address.

    `slots` are the people of each application, where it is new. Those of the `former` version, of a single one, who
    are not in it any more are told so. If nobody knows who sent it, the emails to addresses with enough of such emails
    are not made. With `holds_emails` the emails wait to be released (held_emails.py). Those about several applications
    at once, and those held, leave as a wave.
    """
    now = timezone.now()
    current = [*map(reading.just_sent, sent, slots)] if slots else [reading.application(each.pk) for each in sent]
    for application in current if by.source == Source.FORM else ():
        stranger_letters.hold_surplus(application.applicants)
    awaited = {each.pk: [a for a in each.applicants if not a.is_main and a.must_confirm] for each in current}
    invitations = stored.insert(
        invitation_links.new_invitation(a, at=now)
        for own in awaited.values()
        for a in own
        if a.email and not a.held_at
    )
    invitations_of: defaultdict[int, list[Invitation]] = defaultdict(list)
    for invitation in invitations:
        invitations_of[invitation.applicant.version_id].append(invitation)
    drafts: list[Draft] = []
    for each in current:
        unreached = [a for a in awaited[each.pk] if not a.email]
        drafts += letters.arrived(each)
        drafts += letters.invited(invitations_of[each.version.pk], each, unreached=unreached)
    rank = Rank.WAVE if holds_emails or len(sent) > 1 else None
    outbox.queue_letters(*drafts, held_at=now if holds_emails else None, rank=rank)
    if former:
        letters.removed(former, current[0])


def emails_of(document: Document) -> int:
    """Return how many emails announce() sends about a document that the housing system sends as a new application."""
    main, *others = document.applicants
    today = dates.today()
    invited = [a for a in others if a.email and dates.is_adult(a.born, on=today)]
    return bool(main.email) + len(invited)
