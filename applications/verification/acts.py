"""What staff recorded for people besides confirming, whose evidence is gone, or never was (R7, R10, R11, C5)."""

from django.db.models import Exists, F, OuterRef, Q

from applications.enums import Act
from applications.models import OPEN, Applicant, IdCheck, RecordedAct, StateChange
from applications.states import ON_A_CHECK
from applications.verification.faults import BATCH, Places, finds, key_in, row_at, rows_at
from core.actors import Role, Source
from records.enums import Event
from records.models import Entry

STAFF = (Role.ADVISER, Role.SUPERVISOR, Role.OPERATOR)
OF_CHECK = "id_check__applicant__version__application"


@finds("act", "Staff renewed, withdrew or declined, and it is not stored on which ID check (C5).")
def _acts() -> Places:
    """The trail outlives what it tells of, so only applicants who are stored are looked at."""
    changes = StateChange.objects.filter(source=Source.COUNTER, transition__in=ON_A_CHECK, recorded_act=None)
    yield from rows_at(changes, "application")
    entries = Entry.objects.filter(event=Event.PERSON_DECLINED, role__in=STAFF)
    of_slots = entries.annotate(slot=key_in("subject", "applicant"))
    held = Applicant.objects.filter(pk=OuterRef("slot"))
    stored = RecordedAct.objects.filter(kind=Act.DECLINED, id_check__applicant=OuterRef("slot"))
    found = of_slots.filter(Exists(held), ~Exists(stored)).order_by("pk").values_list("pk", flat=True)
    for key in found.iterator(chunk_size=BATCH):
        yield row_at(Entry, key)


@finds("basis", "What staff recorded rests on an ID check of something else, or on one that did not stand (C4, C5).")
def _bases() -> Places:
    """A renewal or withdrawal stays when its check is undone later (ADR 27)."""
    checks = IdCheck.objects.filter(pk=OuterRef("id_check"))
    certain = checks.filter(Q(pending_reason="") | Q(second_look__accepted=True))
    falls = Q(kind=Act.DECLINED)
    of_something_else = Q(change__isnull=False) & (
        ~Q(change__application=F(OF_CHECK)) | ~Q(change__transition=F("kind"))
    )
    found = RecordedAct.objects.filter(
        ~Exists(certain)
        | of_something_else
        | (falls & Q(undone_at=None) & Exists(checks.exclude(undoing=None)))
        | (falls & Q(undone_at__isnull=False) & Exists(checks.filter(undoing=None)))
    )
    return rows_at(found, OF_CHECK)


@finds("declining", "What staff recorded of declining, or its undoing, and the slot of the person differ (R10, C5).")
def _declining() -> Places:
    is_current = Q(id_check__applicant__version__current_of__state__in=OPEN)
    found = RecordedAct.objects.filter(
        Q(undone_at=None, id_check__applicant__declined_at=None)
        | (is_current & Q(undone_at__isnull=False, id_check__applicant__declined_at=F("at"))),
        kind=Act.DECLINED,
    )
    return rows_at(found, OF_CHECK)
