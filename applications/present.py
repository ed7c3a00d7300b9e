"""The present version of an application as a document again, to be changed."""

from django.utils import timezone

from applications.document import Document, Stored
from applications.models import Version
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
