"""The mark of non-disclosure for personal safety (R16): it comes with an application, or staff set it.

It belongs to the person, so it holds in each of their applications, the later ones included. Only staff remove it:
an application without the mark does not say that the person needs none.
"""

from collections.abc import Sequence

from django.db.models import Q

from applications.models import Applicant, Application
from applications.trail import ApplicationEvent, record_events
from core.actors import Actor
from core.transactions import atomically
from records.enums import Event


def carry_over(slots: Sequence[Applicant], application: Application) -> None:
    """Mark the new slots, not yet stored, of people who are marked in a stored slot."""
    codes = [index for slot in slots for index in slot.hetu_indexes]
    here = Q(version__application=application, hetu_index=None)
    found = Applicant.objects.filter(Q(hetu_index__in=codes) | here, protected=True)
    marked = list(found.select_related("version").defer("version__content", "hetu"))
    for slot in slots:
        slot.protected = slot.protected or any(slot.is_same_person(each) for each in marked)


@atomically
def set_mark(applicant: Applicant, *, protected: bool, by: Actor) -> None:
    """Set or remove the mark in every application in which this person applies, former versions included."""
    event = Event.PROTECTION_SET if protected else Event.PROTECTION_REMOVED
    slots = Applicant.objects.select_for_update().same_person(applicant).filter(protected=not protected)
    for slot in slots.select_related("version__application").defer("version__content").order_by("pk"):
        slot.protected = protected
        slot.save(update_fields=["protected"])
        if slot.version.application.current_id == slot.version_id:
            record_events(slot.version.application, ApplicationEvent(event, slot), by=by)
