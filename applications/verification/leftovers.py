"""Letters and contact details that should have gone (R16, R18)."""

from django.db.models import Exists, OuterRef, Q

from applications.models import Applicant, Application, Certificate, NamePart
from applications.verification.faults import BATCH, Places, finds, key_in, row_at, rows_at
from identity.models import Account
from mailing.models import Letter
from records.enums import Event
from records.models import Entry
from records.names import applicant_subject

# These tell of the end of the account, so they may outlive it (identity/account_letters.py).
OUTLIVING = ("account_closed", "account_moved")


@finds("letter", "A letter is about an application, or to somebody, that is not stored any more (R18).")
def _letters() -> Places:
    found = Letter.objects.annotate(slot=key_in("recipient", "applicant"), account=key_in("recipient", "account"))
    gone = found.filter(
        (Q(slot__isnull=False) & ~Exists(Applicant.objects.filter(pk=OuterRef("slot"))))
        | (
            Q(account__isnull=False)
            & ~Q(message__in=OUTLIVING)
            & ~Exists(Account.objects.filter(pk=OuterRef("account")))
        )
        | (
            ~Q(about="")
            & ~Q(about__startswith="draft ")
            & ~Exists(Application.objects.filter(reference=OuterRef("about")))
        )
    )
    for key in gone.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=BATCH):
        yield row_at(Letter, key)


@finds(
    "erased",
    "Somebody was erased, and a letter, a certificate, a contact detail or a part of their name is left (R18).",
)
def _erased() -> Places:
    entries = Entry.objects.filter(event=Event.ERASED).annotate(slot=key_in("subject", "applicant"))
    for key in entries.order_by("pk").values_list("slot", flat=True).iterator(chunk_size=BATCH):
        slot = Applicant.objects.filter(pk=key).select_related("version").defer("version__content", "hetu").first()
        if slot is not None:
            yield from _left_of(slot)


def _left_of(slot: Applicant) -> Places:
    """Return what is left of somebody in the application of this slot, in the slots of all its versions."""
    own = Applicant.objects.filter(
        version__application=slot.version.application_id,
        hetu_index=slot.hetu_index,
        birth_date=slot.birth_date,
        first_names=slot.first_names,
        last_name=slot.last_name,
    )
    name_parts = NamePart.objects.filter(applicant=OuterRef("pk"))
    certificates = Certificate.objects.filter(applicant=OuterRef("pk"))
    left = own.filter(~Q(email="") | ~Q(phone="") | Exists(name_parts) | Exists(certificates))
    yield from rows_at(left, "version__application")
    subjects = [applicant_subject(key) for key in own.values_list("pk", flat=True)]
    for key in Letter.objects.filter(recipient__in=subjects).values_list("pk", flat=True):
        yield row_at(Letter, key)
