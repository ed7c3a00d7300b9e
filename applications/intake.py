"""Storing what is sent: the first version of an application, and each version after it.

Many applications are stored by as many statements as one. The rows are the same, whichever way they came.
"""

import datetime as dt
import secrets
from collections.abc import Sequence

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from applications import announcing, contact_details, dates, learned_codes, names, protection, states
from applications.document import Document, canonical
from applications.models import Applicant, Application, Origin, Version
from core import crypto, stored
from core.actors import Actor, Source


@transaction.atomic(savepoint=False)  # nobody goes on in the same transaction where it fails
def send(document: Document, *, by: Actor, origin: Origin | None = None) -> Application:
    """Store a checked document as a new application that waits for its adults, and return it (R1, R5).

    `origin` is the service in which it was filled in, unless that is this one.
    """
    [application] = _send_together([document], by=by, origin=origin)
    return application


@transaction.atomic
def send_many(
    documents: Sequence[Document], *, by: Actor, origin: Origin | None = None, holds_emails: bool = False
) -> list[Application]:
    """Store checked documents as send() does, and return the applications in the order of the documents.

    Their number is the caller's to limit: whoever sends something about people born on the same days waits until all
    are stored. With `holds_emails` their emails wait to be released (held_emails.py).
    """
    applicants = [applicant for document in documents for applicant in document.applicants]
    is_changing = any(applicant.non_disclosure for applicant in applicants)
    protection.lock_born({applicant.born for applicant in applicants}, is_changing=is_changing)
    alone = _depending_on_others(documents)
    together = [number for number in range(len(documents)) if number not in alone]
    sent: dict[int, Application] = {}
    for numbers in filter(None, (together, *([number] for number in sorted(alone)))):
        chosen = [documents[number] for number in numbers]
        sent.update(zip(numbers, _send_together(chosen, by=by, origin=origin, holds_emails=holds_emails), strict=True))
    return [sent[number] for number in range(len(documents))]


def _depending_on_others(documents: Sequence[Document]) -> set[int]:
    """Return the numbers of the documents of whose people something is or may be known: a mark, or another code.

    What is stored of them depends on what was stored before, of another document too. So they are taken one by one.
    """
    applicants = [applicant for document in documents for applicant in document.applicants]
    days = {applicant.born for applicant in applicants}
    days_of_marked = protection.birthdays_of_marked(days) | {a.born for a in applicants if a.non_disclosure}
    replaced = learned_codes.codes_with_a_successor({a.hetu for a in applicants if a.hetu})
    return {
        number
        for number, document in enumerate(documents)
        if any(a.born in days_of_marked or a.hetu in replaced for a in document.applicants)
    }


def _send_together(
    documents: Sequence[Document], *, by: Actor, origin: Origin | None, holds_emails: bool = False
) -> list[Application]:
    """Store documents as new applications. Of several, none depends on what is known of people."""
    now = timezone.now()
    applications = stored.insert(
        Application(
            state=states.FIRST_STATE,
            origin=origin,
            language=document.language,
            sent_at=document.sent_at,
            valid_until=dates.valid_until(document.sent_at),
            due_at=document.sent_at,
            ticked_at=now,  # nothing that was due before it came in is done late
        )
        for document in documents
    )
    versions = stored.insert(
        _version(application, document, number=1, at=document.sent_at)
        for application, document in zip(applications, documents, strict=True)
    )
    slots = [_given_slots(document, version, by=by) for version, document in zip(versions, documents, strict=True)]
    if len(documents) == 1:
        _complete(slots[0], applications[0], by=by)
    _store_slots([slot for own in slots for slot in own])
    for application, version in zip(applications, versions, strict=True):
        application.current = version
    if len(applications) == 1:
        stored.update(applications[0], "current")
    else:
        first = Version.objects.filter(application=OuterRef("pk"), number=1)
        new = Application.objects.filter(pk__in=[each.pk for each in applications])
        new.update(current=Subquery(first.values("pk")))
    states.begin(applications, by=by)
    announcing.announce(applications, slots, by=by, holds_emails=holds_emails)
    return applications


def write_version(application: Application, document: Document, *, number: int, at: dt.datetime, by: Actor) -> Version:
    """Store one immutable version of an application that is there already, with its applicants (R6)."""
    version = _version(application, document, number=number, at=at)
    version.save(force_insert=True)
    slots = _given_slots(document, version, by=by)
    given_at = [applicant.contact_details_at for applicant in document.applicants]
    _complete(slots, application, by=by, given_at=given_at)
    _store_slots(slots)
    return version


def _version(application: Application, document: Document, *, number: int, at: dt.datetime) -> Version:
    """Return a new version, not yet stored.

    The digest covers a random salt too: codes are few enough to be guessed from a digest of the content alone.
    """
    content = canonical(document)
    salt = secrets.token_hex(16)
    return Version(
        application=application,
        number=number,
        content=content,
        salt=salt,
        digest=Version.digest_of(salt, content),
        created_at=at.astimezone(dt.UTC),  # as it is read again
    )


def new_slots(document: Document, version: Version) -> list[Applicant]:
    """Return the slots that the applicants of a document have in a version, not stored."""
    return [
        Applicant(
            version=version,
            position=position,
            first_names=applicant.first_names or "",
            last_name=applicant.last_name or "",
            hetu=applicant.hetu,
            hetu_index=crypto.indexes(applicant.hetu)[0] if applicant.hetu else None,
            birth_date=applicant.born,
            email=applicant.email or "",
            phone=applicant.phone or "",
            language=applicant.language or document.language,
            protected=applicant.non_disclosure,
        )
        for position, applicant in enumerate(document.applicants)
    ]


def _given_slots(document: Document, version: Version, *, by: Actor) -> list[Applicant]:
    slots = new_slots(document, version)
    if by.source == Source.HOUSING_SYSTEM:
        contact_details.remember_given(slots, version.application)
    return slots


def _complete(
    slots: Sequence[Applicant],
    application: Application,
    *,
    by: Actor,
    given_at: Sequence[dt.datetime | None] | None = None,
) -> None:
    """Give the new slots of one application what is known of their people: codes, corrected details, marks.

    `given_at` says of a change when the details that came with each slot became known to their sender.
    """
    protection.lock_born([slot.birth_date for slot in slots], is_changing=any(slot.protected for slot in slots))
    learned_codes.keep_learned_codes(slots, application)
    if given_at is not None:
        is_given = by.source == Source.HOUSING_SYSTEM
        contact_details.keep_corrected_details(slots, application, given_at=given_at, is_given=is_given)
    protection.mark_slots(slots, application, by=by)


def _store_slots(slots: Sequence[Applicant]) -> None:
    names.write(stored.insert(slots))
