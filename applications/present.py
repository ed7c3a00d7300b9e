"""The present version of an application as a document again, to be changed."""

import hashlib
import json

from django.utils import timezone

from applications.document import Document, Stored
from applications.models import Application, Version
from identity.enums import Language


def document(version: Version) -> Document:
    """Return a version as it would be sent now: with the contact details as each person has corrected them."""
    content = Stored.model_validate_json(version.content or "")
    slots = version.applicants.order_by("position")
    main, *others = [
        applicant.model_copy(
            update={
                "email": slot.email or None,
                "phone": slot.phone or None,
                "language": Language(slot.language),
                "non_disclosure": slot.protected,
            }
        )
        for applicant, slot in zip(content.applicants, slots, strict=True)
    ]
    return Document(
        language=content.language,
        main_applicant=main,
        co_applicants=others,
        others_moving_in=content.others_moving_in,
        content=content.content,
        reference=f"version-{version.pk}",
        sent_at=timezone.now(),
    )


def known_document(application: Application) -> Document:
    """Return an application as it is known here: with the codes that the counter has learned since (R3)."""
    sent = document(application.version)
    main, *others = [
        one.model_copy(
            update={
                "contact_details_at": slot.contact_corrected_at,
                **({"hetu": slot.hetu, "birth_date": None} if slot.code_check_id else {}),
            }
        )
        for one, slot in zip(sent.applicants, application.applicants, strict=True)
    ]
    return sent.model_copy(update={"main_applicant": main, "co_applicants": others, "sent_at": application.sent_at})


def tag(application: Application) -> str:
    """Return 64 hex digits that change whenever known_document() does: by a new version, or by what is corrected."""
    version = application.version
    known = [[a.email, a.phone, a.language, a.protected, a.code_check_id] for a in application.applicants]
    return hashlib.sha256(json.dumps([version.salt, version.digest, known]).encode()).hexdigest()
