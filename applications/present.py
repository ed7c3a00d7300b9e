"""The present version of an application as a document again, to be changed."""

from django.utils import timezone

from applications.document import ApplicantContent, Document, Stored
from applications.models import Applicant, Version
from identity.enums import Language


def stored(version: Version) -> Stored:
    """Return what is kept of a version: all but the contact details."""
    return Stored.model_validate_json(version.content or "")


def document(version: Version) -> Document:
    """Return a version as it would be sent now: with the contact details as each person has corrected them."""
    content = stored(version)
    slots = version.applicants.order_by("position")
    main, *others = [_with_contact_details(a, slot) for a, slot in zip(content.applicants, slots, strict=True)]
    return Document(
        language=content.language,
        main_applicant=main,
        co_applicants=others,
        others_moving_in=content.others_moving_in,
        content=content.content,
        reference=f"version-{version.pk}",
        sent_at=timezone.now(),
    )


def _with_contact_details(applicant: ApplicantContent, slot: Applicant) -> ApplicantContent:
    details = {
        "email": slot.email or None,
        "phone": slot.phone or None,
        "language": Language(slot.language),
        "non_disclosure": slot.protected,
    }
    return applicant.model_copy(update=details)
