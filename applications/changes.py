"""Changing an application, and renewing it unchanged."""

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications import dates, intake, invitations, states
from applications.document import Document
from applications.enums import Move, State
from applications.models import Applicant, Application, Version
from applications.states import Actor
from applications.transactions import atomically


class CannotChange(Exception):
    """Nothing was changed; `message` tells why."""

    message: Promise | str = ""


class Ended(CannotChange):
    """An ended application cannot be changed or renewed: a new one is needed (R8)."""

    message = _("This application has ended, so it cannot be changed or renewed. A new application is needed.")


class NotLatest(CannotChange):
    """Somebody else changed the application first."""

    message = _("Somebody else has changed the application in the meantime.")


class MustConfirmFirst(CannotChange):
    """Only somebody who has confirmed a valid application may renew it (R7)."""

    message = _("Only an applicant who has confirmed the application can renew it, once it is valid.")


@atomically
def change(application: Application, document: Document, *, digest: str, by: Actor) -> Version:
    """Make a new version of the one whose digest is given; all confirmations fall, and 90 days start (R5, R6).

    Raises Ended or NotLatest.
    """
    locked = _lock_open(application)
    if locked.version.digest != digest:
        raise NotLatest
    now = timezone.now()
    locked.current = intake.write_version(locked, document, number=locked.version.number + 1, at=now)
    locked.valid_until = dates.valid_until(now)
    states.make(locked, Move.CHANGED, by=by, at=now)
    invitations.announce(locked)
    return locked.current


@atomically
def renew(application: Application, *, by: Actor) -> None:
    """Start another 90 days for a valid application; its confirmations still count (R7).

    Raises Ended or MustConfirmFirst.
    """
    locked = _lock_open(application)
    indexes = by.person.hetu_indexes if by.person else []
    own = Applicant.objects.filter(version=locked.current_id, hetu_index__in=indexes)
    has_confirmed = own.filter(confirmations__isnull=False, confirmations__undone_at=None).exists()
    if locked.state != State.VALID or not has_confirmed:
        raise MustConfirmFirst
    now = timezone.now()
    locked.valid_until = dates.valid_until(now)
    states.make(locked, Move.RENEWED, by=by, at=now)


def _lock_open(application: Application) -> Application:
    locked = Application.objects.select_for_update().get(pk=application.pk)
    if not locked.is_open:
        raise Ended
    return locked
