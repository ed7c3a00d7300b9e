"""Storing what is sent: the first version of an application, and each version after it."""

import datetime as dt
import secrets

from django.db import transaction
from django.utils import timezone

from applications import contact_details, dates, invitations, learned_codes, names, protection, states
from applications.document import Document, canonical
from applications.enums import Transition
from applications.models import Applicant, Application, Origin, Version
from core import crypto
from core.actors import Actor, Source


@transaction.atomic
def send(document: Document, *, by: Actor, origin: Origin | None = None) -> Application:
    """Store a checked document as a new application that waits for its adults, and return it (R1, R5).

    `origin` is the service in which it was filled in, unless that is this one.
    """
    application = Application.objects.create(
        origin=origin,
        language=document.language,
        sent_at=document.sent_at,
        valid_until=dates.valid_until(document.sent_at),
        ticked_at=timezone.now(),  # nothing that was due before it came in is done late
    )
    application.current = write_version(application, document, number=1, at=document.sent_at, by=by)
    states.transition(application, Transition.SENT, by=by, at=document.sent_at)
    invitations.announce(application, by=by)
    return application


def write_version(application: Application, document: Document, *, number: int, at: dt.datetime, by: Actor) -> Version:
    """Store one immutable version with its applicants (R6).

    The digest covers a random salt too: codes are few enough to be guessed from a digest of the content alone.
    """
    content = canonical(document)
    salt = secrets.token_hex(16)
    version = Version.objects.create(
        application=application,
        number=number,
        content=content,
        salt=salt,
        digest=Version.digest_of(salt, content),
        created_at=at,
    )
    slots = new_slots(document, version)
    protection.lock_born([slot.birth_date for slot in slots], is_changing=any(slot.protected for slot in slots))
    learned_codes.keep_learned_codes(slots, application)
    is_given = by.source == Source.HOUSING_SYSTEM
    if is_given:
        contact_details.remember_given(slots, application)
    if number > 1:
        given_at = [applicant.contact_details_at for applicant in document.applicants]
        contact_details.keep_corrected_details(slots, application, given_at=given_at, is_given=is_given)
    protection.mark_slots(slots, application, by=by)
    names.write(Applicant.objects.bulk_create(slots))
    return version


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
