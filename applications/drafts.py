"""Drafts of applications: begun, typed in, continued later, sent, and deleted when nobody comes back."""

import datetime as dt
import json
import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import changes, draft_letters, draft_links, intake, present, reading
from applications.form import steps
from applications.form.data import FormData
from applications.models import Application, Draft, DraftQuerySet
from core import crypto, stored
from core.actors import Actor
from core.compiled import Compiled
from core.refusals import Refused
from core.transactions import atomically
from identity.models import Person

logger = logging.getLogger(__name__)

T = TypeVar("T")


class CannotWrite(Refused):
    """Nothing was changed."""


class CannotWriteSent(CannotWrite):
    message = _("This application has already been sent.")


class Gone(CannotWrite):
    message = _("We no longer have this application. Start a new one.")


def unsent_drafts(person: Person) -> list[Draft]:
    """Return the drafts that a person can continue, the latest first; what was typed in them is not fetched."""
    return _UNSENT.rows(person=person.pk)


_UNSENT = Compiled(lambda person: Draft.objects.of(person))
_LOCKED = Compiled(lambda pk: Draft.objects.select_for_update().filter(pk=pk))


def begin_draft(
    data: FormData, *, language: str, person: Person | None = None, application: Application | None = None
) -> Draft:
    """Store a new draft and return it.

    `person` is whoever is signed in, if somebody is; `application` is the one that the draft will change, if any.
    """
    steps.note_complete(data, *steps.STEPS)
    now = timezone.now()
    return Draft.objects.create(
        data=json.dumps(data),
        language=language,
        person=person,
        created_at=now,
        touched_at=now,
        application=application,
        base_digest=application.version.digest if application else "",
        **draft_links.new_draft_link(),
    )


def form_data_of(draft: Draft) -> FormData:
    """Return what stands in a draft that has not been sent."""
    data: FormData = json.loads(draft.data or "{}")
    return data


def edit_draft(draft: Draft, edit: Callable[[FormData], T]) -> T:
    """Let `edit` change the present data of a draft, and return what `edit` returns.

    A draft that was read with its `seal` is stored by one statement if nobody has stored other data meanwhile.
    Otherwise `edit` is called, perhaps once more, with the data of the locked draft. Raises CannotWriteSent, Gone and
    whatever `edit` raises; then nothing is changed.
    """
    if seal := getattr(draft, "seal", None):
        data = form_data_of(draft)
        returned = edit(data)
        if _touch(Draft(pk=draft.pk, data=json.dumps(data)), "data", former={"data": seal}):
            return returned
    return _edit_locked(draft, edit)


@atomically
def _edit_locked(draft: Draft, edit: Callable[[FormData], T]) -> T:
    locked = _lock_unsent(draft)
    data = form_data_of(locked)
    returned = edit(data)
    locked.data = json.dumps(data)
    _touch(locked, "data")
    return returned


def may_open(draft: Draft, *, person: Person) -> bool:
    """Tell whether a person may open a draft that was closed: as their own, or as its main applicant."""
    if draft.person_id is not None:
        return draft.is_open_to(person)
    code = steps.main_hetu(form_data_of(draft))
    return bool(code) and crypto.indexes(code)[0] in person.hetu_indexes


@atomically
def adopt(draft: Draft, *, person: Person) -> Draft:
    """Give a draft that belongs to nobody to an identified person, and return it.

    Its link is renewed and its address forgotten, so that whoever began it, or has the former link, reads it no more.
    Giving it to the same person again changes nothing. Raises CannotWriteSent and Gone.
    """
    locked = _lock_unsent(draft)
    if not locked.is_open_to(person):
        raise Gone
    if locked.person_id is None:
        locked.person, locked.email = person, ""
        for field, value in draft_links.new_draft_link().items():
            setattr(locked, field, value)
        _touch(locked, "person", "email", "nonce", "token_hash")
    return locked


@atomically
def send_draft_link(draft: Draft, *, email: str, language: str, ends_former: bool = False) -> Draft:
    """Send the link to an address, keep the address for the warning before the draft is deleted; return the draft.

    With `ends_former` the link that another address has does nothing any more: that address was a mistake. Raises
    CannotWriteSent and Gone.
    """
    locked = _lock_unsent(draft)
    renewed = draft_links.new_draft_link() if ends_former and locked.email not in {"", email} else {}
    for field, value in {"email": email, "language": language, **renewed}.items():
        setattr(locked, field, value)
    _touch(locked, "email", "language", *renewed)
    draft_letters.queue_draft_link(locked)
    return locked


def send_draft(
    draft: Draft, *, revision: str, assurance: bool, by: Actor, count: Callable[[], object] = lambda: None
) -> Application:
    """Send the application, or the change of one, that a draft holds; a second time, return the same application.

    `revision` names the state of the draft that the sender has read (steps.revision); `assurance` says whether they
    have assured it; `count` counts what is sent. Raises Gone, StaleTab, Incomplete, InvalidDocument, whatever `count`
    raises, and changes.CannotChange for a change; then nothing is sent, and everything that was typed stays.

    A new application from a draft that was read with its `seal` is stored if nobody has stored other data in the
    draft meanwhile. Otherwise the locked draft is sent.
    """
    send = partial(_send, draft, revision=revision, assurance=assurance, by=by, count=count)
    try:
        return send(seal=None if draft.application_id else getattr(draft, "seal", None))
    except _StoredMeanwhile:
        return send(seal=None)


class _StoredMeanwhile(Exception):
    """The draft is not the one that was read."""


@atomically
def _send(
    draft: Draft, *, revision: str, assurance: bool, by: Actor, count: Callable[[], object], seal: bytes | None
) -> Application:
    if draft.application_id:  # before the draft, as erasing locks them: contact details may be corrected just now
        reading.lock_several([draft.application_id])
    try:
        read = Draft(pk=draft.pk, data=draft.data) if seal else _lock_unsent(draft)
    except CannotWriteSent:
        return Application.objects.get(sent_drafts=draft)
    data = form_data_of(read)
    if steps.revision(data) != revision:
        raise steps.StaleTab
    base = None
    if read.application:
        changes.check_edited_here(read.application)  # before anybody is sent to a newer version for nothing
        if read.application.version.digest != read.base_digest:
            raise changes.NotLatest
        base = present.document(read.application.version)
    document = steps.document_of(data, reference=f"form-{read.pk}", base=base, assurance=assurance)
    if read.application:
        changes.edit(read.application, document, digest=read.base_digest, by=by)
        read.sent = read.application
    else:
        read.sent = intake.send(document, by=by)
    read.data = None
    if not _touch(read, "sent", "data", former={"data": seal} if seal else None):
        raise _StoredMeanwhile
    count()
    return read.sent


@atomically
def rebase(draft: Draft, edit: Callable[[FormData], None], *, digest: str) -> None:
    """Make a draft change another version than the one it began with, and let `edit` change its data.

    `digest` names the new version. Raises the same as edit_draft().
    """
    locked = _lock_unsent(draft)
    data = form_data_of(locked)
    edit(data)
    steps.note_complete(data, *steps.STEPS)
    locked.data, locked.base_digest = json.dumps(data), digest
    _touch(locked, "data", "base_digest")


def end_quiet_drafts() -> int:
    """Warn of drafts that are about to end, delete those that have ended, and return how many were deleted.

    The worker calls it every minute. Nothing is done twice, even if it runs on several machines.
    """
    while _warn_first():
        pass
    deleted = 0
    while _delete_first():
        deleted += 1
    if deleted:
        logger.info("%d drafts deleted", deleted, extra={"deleted": deleted})
    return deleted


def preview_drafts() -> list[str]:
    """Return what end_quiet_drafts() would do now, one line for each draft, and do nothing."""
    return [*(f"{draft}: warning" for draft in _near_end()), *(f"{draft}: deleted" for draft in _past_end())]


@transaction.atomic
def _warn_first() -> bool:
    draft = _lock_first(_near_end())
    if draft is None:
        return False
    draft.warned_at = timezone.now()
    draft.save(update_fields=["warned_at"])
    draft_letters.queue_warning(draft)
    return True


@transaction.atomic
def _delete_first() -> bool:
    draft = _lock_first(_past_end())
    if draft is None:
        return False
    draft.delete()
    return True


def _lock_first(due: DraftQuerySet) -> Draft | None:
    return due.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked).first()


def _near_end() -> DraftQuerySet:
    """Return the drafts whose addresses are to be warned."""
    quiet = timezone.now() - dt.timedelta(days=settings.DRAFT_DAYS - settings.DRAFT_WARNING_DAYS)
    unwarned = Draft.objects.unsent().filter(touched_at__lte=quiet, warned_at=None)
    return unwarned.exclude(email="").defer("data").order_by("touched_at", "pk")


def _past_end() -> DraftQuerySet:
    """Return the drafts that nobody came back to. Those with an address are kept for a week after their warning."""
    now = timezone.now()
    is_told = Q(email="") | Q(sent__isnull=False) | Q(warned_at__lte=now - dt.timedelta(settings.DRAFT_WARNING_DAYS))
    quiet = Draft.objects.filter(is_told, touched_at__lte=now - dt.timedelta(days=settings.DRAFT_DAYS))
    return quiet.defer("data").order_by("touched_at", "pk")


def _lock_unsent(draft: Draft) -> Draft:
    locked = _LOCKED.first(pk=draft.pk)
    if locked is None:
        raise Gone
    if locked.sent_id:
        raise CannotWriteSent
    return locked


def _touch(draft: Draft, *fields: str, former: Mapping[str, Any] | None = None) -> bool:
    """Save the fields as stored.update() does, and start counting the quiet days from now."""
    draft.touched_at, draft.warned_at = timezone.now(), None
    return stored.update(draft, *fields, "touched_at", "warned_at", former=former)
