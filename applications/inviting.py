"""Sending invitations to co-applicants, of whom each has one that works (R13). Callers have locked the application."""

import datetime as dt

from django.utils import timezone

from applications import invitation_links, letters, reading
from applications.models import Applicant, Application, Invitation
from mailing import held, outbox
from mailing.enums import Rank
from mailing.models import Letter
from mailing.outbox import Draft
from records.names import applicant_subject

PAUSE = dt.timedelta(minutes=10)  # between two invitations of a person to the same address


def release_held(application: Application) -> None:
    """Invite those whose emails were held: somebody who applies has confirmed, and so is known.

    The caller has locked the application.
    """
    waiting = [applicant for applicant in application.applicants if applicant.held_at]
    for applicant in waiting:
        applicant.held_at = None
        applicant.save(update_fields=["held_at"])
    for applicant in waiting:
        if not applicant.is_main and applicant.is_awaited and applicant.email:
            invite(applicant, application)


def invite(applicant: Applicant, application: Application, *, rank: Rank | None = None) -> bool:
    """Send a co-applicant a new invitation; tell whether one is sent. Without `rank` it is news.

    The rest is as renew_invitation() has it.
    """
    drafts = renew_invitation(applicant, application)
    outbox.queue_letters(*drafts, rank=rank)
    return bool(drafts)


def renew_invitation(applicant: Applicant, application: Application) -> list[Draft]:
    """Give a co-applicant a new invitation, which ends the former one, and return its letter, not yet queued.

    One that went to this very address a moment ago works again instead, whatever was sent elsewhere since. Then
    there is no letter.
    """
    now = timezone.now()
    recent = Invitation.objects.filter(applicant=applicant, created_at__gt=now - PAUSE)
    by_key = {letters.letter_key("invitation", each.pk, applicant): each for each in recent}
    arrives = Letter.objects.filter(to__iexact=applicant.email, dropped_at=None, dead_at=None, bounced_at=None)
    arriving = arrives.filter(key__in=by_key).order_by("pk").last() if by_key else None
    live = Invitation.objects.filter(applicant=applicant, replaced_at=None)
    if arriving:
        again = by_key[arriving.key]
        live.exclude(pk=again.pk).update(replaced_at=now)
        again.replaced_at = None
        again.save(update_fields=["replaced_at"])
        return []
    live.update(replaced_at=now)
    invitation = invitation_links.new_invitation(applicant, at=now)
    invitation.save()
    return list(letters.invited([invitation], application))


def end_invitation(applicant: Applicant, application: Application) -> None:
    """End the invitation of a co-applicant whose address was removed: it went to one that is not theirs (R13).

    In its place they have one to read, of which the counter tells whoever is awaited (ADR 34).
    """
    own = Letter.objects.filter(recipient=applicant_subject(applicant.pk), message="invitation")
    held.drop(list(own.held()))
    live = Invitation.objects.filter(applicant=applicant, replaced_at=None)
    if live.update(replaced_at=timezone.now()) and application.awaits(applicant):
        outbox.queue_letters(*letters.invited([], application, unreached=[applicant]))


def invite_newly_awaited(application: Application) -> None:
    """Invite the co-applicants for whom a locked application waits and who have no invitation that works.

    Whoever turned 18 while it was valid has none (R2), and the clock does not look back.
    """
    current = reading.application(application.pk)
    for applicant in current.applicants:
        if not applicant.is_main and applicant.is_awaited and applicant.email and not applicant.live_invitation:
            invite(applicant, current)


def next_invitation_at(applicant: Applicant) -> dt.datetime | None:
    """Return when the next invitation may be sent to the same address, if one was sent a moment ago.

    An email that was delayed may have left long after it was written.
    """
    since = timezone.now() - PAUSE
    written = Invitation.objects.filter(applicant=applicant, created_at__gt=since).values_list("created_at", flat=True)
    own = Letter.objects.filter(
        recipient=applicant_subject(applicant.pk), message="invitation", to__iexact=applicant.email
    )
    left = own.filter(sent_at__gt=since).values_list("sent_at", flat=True)
    latest = max((moment for moment in [*written, *left] if moment), default=None)
    return latest + PAUSE if latest else None
