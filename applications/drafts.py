"""Drafts of applications: begun, typed in, continued later, sent, and deleted when nobody comes back.

What stands in a draft is for drafting/ to know; here it is plain data under a lock.
"""

import datetime as dt
import json
import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications import changes, draft_letters, draft_links, intake
from applications.document import Document
from applications.models import Application, Draft, DraftQuerySet
from applications.states import Actor
from core.transactions import atomically
from identity.models import Person

logger = logging.getLogger(__name__)

Data = dict[str, Any]


class CannotWrite(Exception):
    """Nothing was changed; `message` tells why."""

    message: Promise | str = ""


class AlreadySent(CannotWrite):
    message = _("This application has been sent already.")


class Gone(CannotWrite):
    message = _("We do not have this application any more. Begin a new one.")


def begin(data: Data, *, language: str, person: Person | None = None, **base: Any) -> Draft:
    """Store a new draft, of the person who is signed in if somebody is.

    One that changes an application gets `application` and `base_digest` too.
    """
    now = timezone.now()
    return Draft.objects.create(
        data=json.dumps(data),
        language=language,
        person=person,
        created_at=now,
        touched_at=now,
        **draft_links.new(),
        **base,
    )


def read(draft: Draft) -> Data:
    """Return what stands in a draft that has not been sent."""
    data: Data = json.loads(draft.data or "{}")
    return data


@atomically
def write(draft: Draft, edit: Callable[[Data], None]) -> Data:
    """Let `edit` change what stands in the draft now, whoever wrote it, and return that.

    Raises AlreadySent, Gone, and what `edit` raises; then nothing is changed.
    """
    locked = _lock(draft)
    data = read(locked)
    edit(data)
    locked.data = json.dumps(data)
    _touch(locked, "data")
    return data


@atomically
def adopt(draft: Draft, *, person: Person) -> None:
    """Make a draft that is nobody's the draft of an identified person. Raises AlreadySent and Gone."""
    locked = _lock(draft)
    if locked.person_id not in {None, person.pk}:
        raise Gone
    locked.person = person
    _touch(locked, "person")


@atomically
def send_link(draft: Draft, *, email: str, language: str) -> None:
    """Send the link to an address, which is also told before the draft is deleted. Raises AlreadySent and Gone."""
    locked = _lock(draft)
    locked.email, locked.language = email, language
    _touch(locked, "email", "language")
    draft_letters.link(locked)


@atomically
def send(draft: Draft, build: Callable[[Data], Document], *, by: Actor) -> Application:
    """Send the document that `build` makes of the draft; a second time, return the same application.

    Raises Gone, what `build` raises, and changes.CannotChange for a change; then nothing is sent.
    """
    try:
        locked = _lock(draft)
    except AlreadySent:
        return Application.objects.get(sent_drafts=draft)
    locked.sent, locked.data = _put(locked, build(read(locked)), by=by), None
    _touch(locked, "sent", "data")
    return locked.sent


def _put(draft: Draft, document: Document, *, by: Actor) -> Application:
    if draft.application is None:
        return intake.send(document, by=by)
    changes.edit(draft.application, document, digest=draft.base_digest, by=by)
    return draft.application


@atomically
def rebase(draft: Draft, edit: Callable[[Data], None], *, digest: str) -> None:
    """Let a draft change another version than it began with, and `edit` what stands in it. Raises as write()."""
    locked = _lock(draft)
    data = read(locked)
    edit(data)
    locked.data, locked.base_digest = json.dumps(data), digest
    _touch(locked, "data", "base_digest")


def tick() -> int:
    """Warn of drafts that are about to end, delete those that have ended; return how many were deleted.

    The worker calls it every minute. Nothing happens twice, on however many machines it runs.
    """
    while _warn_next():
        pass
    deleted = 0
    while _delete_next():
        deleted += 1
    if deleted:
        logger.info("%d drafts deleted", deleted, extra={"deleted": deleted})
    return deleted


def preview() -> list[str]:
    """Return what tick would do now, a line each, and do nothing."""
    return [*(f"{draft}: warning" for draft in _ending()), *(f"{draft}: deleted" for draft in _ended())]


@transaction.atomic
def _warn_next() -> bool:
    draft = _next(_ending())
    if draft is None:
        return False
    draft.warned_at = timezone.now()
    draft.save(update_fields=["warned_at"])
    draft_letters.ending(draft)
    return True


@transaction.atomic
def _delete_next() -> bool:
    draft = _next(_ended())
    if draft is None:
        return False
    draft.delete()
    return True


def _next(due: DraftQuerySet) -> Draft | None:
    return due.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked).first()


def _ending() -> DraftQuerySet:
    """The drafts whose address is to be warned."""
    quiet = timezone.now() - dt.timedelta(days=settings.DRAFT_DAYS - settings.DRAFT_WARNING_DAYS)
    unwarned = Draft.objects.unsent().filter(touched_at__lte=quiet, warned_at=None)
    return unwarned.exclude(email="").defer("data").order_by("touched_at", "pk")


def _ended() -> DraftQuerySet:
    """The drafts that nobody came back to; one that has an address has been warned a week ago, however late."""
    now = timezone.now()
    is_told = Q(email="") | Q(sent__isnull=False) | Q(warned_at__lte=now - dt.timedelta(settings.DRAFT_WARNING_DAYS))
    quiet = Draft.objects.filter(is_told, touched_at__lte=now - dt.timedelta(days=settings.DRAFT_DAYS))
    return quiet.defer("data").order_by("touched_at", "pk")


def _lock(draft: Draft) -> Draft:
    locked = Draft.objects.select_for_update().filter(pk=draft.pk).first()
    if locked is None:
        raise Gone
    if locked.sent_id:
        raise AlreadySent
    return locked


def _touch(draft: Draft, *fields: str) -> None:
    """Save the fields; the quiet days begin anew."""
    draft.touched_at, draft.warned_at = timezone.now(), None
    draft.save(update_fields=[*fields, "touched_at", "warned_at"])
