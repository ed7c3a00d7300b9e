"""Changes without their entry in the trail, and entries without their change (R19)."""

from django.db.models import BigIntegerField, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat, Substr

from applications import references
from applications.enums import Transition
from applications.models import Applicant, Application, Confirmation, StateChange
from applications.verification.faults import BATCH, Places, finds, row_at, rows_at
from records.enums import Event
from records.models import Entry
from records.names import applicant_subject, application_chain

OF_APPLICATIONS = application_chain(0).removesuffix("0")
OF_APPLICANTS = applicant_subject(0).removesuffix("0")


@finds("entry", "A change of state and its entry in the trail do not come in equal numbers (R19).")
def _entries() -> Places:
    """The trail of an application never goes before the application."""
    chain = Concat(Value(OF_APPLICATIONS), Cast(OuterRef("application"), CharField()))
    entries = Entry.objects.filter(chain__name=chain, event=OuterRef("transition"))
    changes = StateChange.objects.values("application", "transition").annotate(changes=Count("pk"))
    found = changes.annotate(entries=_number(entries, "event")).exclude(changes=F("entries"))
    kept = found.order_by("application", "transition").values_list("application__reference", "transition")
    for reference, transition in kept.iterator(chunk_size=BATCH):
        yield f"application {references.display(reference)}, {transition}"


@finds("change", "The trail tells of a change of state that is not stored (R19).")
def _changes() -> Places:
    entries = Entry.objects.filter(event__in=Transition.values, chain__name__startswith=OF_APPLICATIONS)
    of = entries.annotate(application=Cast(Substr("chain__name", len(OF_APPLICATIONS) + 1), BigIntegerField()))
    stored = StateChange.objects.filter(application=OuterRef("application"), transition=OuterRef("event"))
    held = Application.objects.filter(pk=OuterRef("application"))
    found = of.filter(Exists(held), ~Exists(stored)).order_by("pk").values_list("pk", flat=True)
    for key in found.iterator(chunk_size=BATCH):
        yield row_at(Entry, key)


@finds("receipt", "Confirmations of an applicant, or their undoing, and the entries of them differ in number (R19).")
def _receipts() -> Places:
    subject = Concat(Value(OF_APPLICANTS), Cast(OuterRef("pk"), CharField()))
    given, undone = (
        Entry.objects.filter(subject=subject, event=event)
        for event in (Event.PERSON_CONFIRMED, Event.CONFIRMATION_UNDONE)
    )
    own = Confirmation.objects.filter(applicant=OuterRef("pk"))
    found = Applicant.objects.annotate(
        given=_number(own, "applicant"),
        undone=_number(own.exclude(undone_at=None), "applicant"),
        given_entries=_number(given, "event"),
        undone_entries=_number(undone, "event"),
    ).filter(~Q(given=F("given_entries")) | ~Q(undone=F("undone_entries")))
    return rows_at(found, "version__application")


def _number(rows: QuerySet[Entry] | QuerySet[Confirmation], group: str) -> Coalesce:
    """Return the expression for how many rows there are; `group` is a column that they have in common."""
    counted = rows.order_by().values(group).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), Value(0))
