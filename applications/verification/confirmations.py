"""Confirmations whose evidence is gone, or never was (R1, R2, R4, R10, C2–C6)."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from applications import dates
from applications.models import OPEN, Applicant, Confirmation, IdCheck, LearnedCode
from applications.models.id_check import SECOND_LOOK
from applications.verification.faults import BATCH, Places, finds, opened, row_at, rows_at
from core.crypto import sealed
from identity.enums import Method
from identity.models import Account, Person
from mailing.models import Letter

APPLICATION = "applicant__version__application"
HETU = Applicant._meta.get_field("hetu")
PERSON_HETU = Person._meta.get_field("hetu")


def _counting() -> QuerySet[Confirmation]:
    return Confirmation.objects.filter(undone_at=None)


@finds("seal", "A confirmation names another digest than that of its version (R6).")
def _seals() -> Places:
    return rows_at(Confirmation.objects.exclude(digest=F("applicant__version__digest")), APPLICATION)


@finds("person", "A confirmation was given by somebody whose code is not that of the slot (R4).")
def _people() -> Places:
    # Most have the same index. Others may have theirs under another live key, so their codes are compared.
    # So are those of whoever had another code then, or none (R3).
    other = (
        _counting()
        .exclude(person__hetu_index=F("applicant__hetu_index"))
        .exclude(person=None, applicant__hetu_index=None)
    )
    learned = LearnedCode.objects.in_effect().filter(id_check=OuterRef("applicant__code_check"))
    as_newcomer = learned.filter(took_effect_at__gte=OuterRef("confirmed_at"))
    two_rows = LearnedCode.objects.in_effect().filter(
        Q(holder=OuterRef("person"), other_holder__hetu_index=OuterRef("applicant__hetu_index"))
        | Q(other_holder=OuterRef("person"), holder__hetu_index=OuterRef("applicant__hetu_index"))
    )
    other = other.exclude(Q(person=None) & Exists(as_newcomer)).exclude(Exists(two_rows))
    yield from _different(other, "person__hetu", PERSON_HETU)


@finds("check", "A confirmation counts though its ID check was undone, rejected or not decided (C4, C5).")
def _checks() -> Places:
    sound = IdCheck.objects.sound().filter(pk=OuterRef("id_check"))
    return rows_at(_counting().filter(~Exists(sound), id_check__isnull=False), APPLICATION)


@finds("holder", "A confirmation rests on the ID check of somebody else (C2).")
def _holders() -> Places:
    of_check = "id_check__applicant__"
    same_newcomer = Q(
        **{f"{of_check}{name}": F(f"applicant__{name}") for name in ("birth_date", "first_names", "last_name")},
        **{f"{of_check}version__application": F(APPLICATION), f"{of_check}hetu_index": None},
        applicant__hetu_index=None,
    )
    other = (
        _counting().filter(id_check__isnull=False).exclude(id_check__applicant__hetu_index=F("applicant__hetu_index"))
    )
    yield from _different(other.exclude(same_newcomer), "id_check__applicant__hetu", HETU)


@finds("proxy", "A confirmation names another guardian or proxy than its ID check does (C6).")
def _proxies() -> Places:
    same = {name: F(f"id_check__{name}") for name in ("representative", "representative_name")}
    return rows_at(_counting().filter(id_check__isnull=False).exclude(**same), APPLICATION)


@finds("login", "A confirmation by account counts, and its person had no open account (J5).")
def _logins() -> Places:
    """An account may be closed later, when its ID check is past its time, and go when its person is erased."""
    usable = Account.objects.filter(
        Q(closed_at=None) | Q(closed_at__gt=OuterRef("confirmed_at")), user__person=OuterRef("person")
    )
    found = _counting().filter(method=Method.ACCOUNT, applicant__version__current_of__state__in=OPEN)
    return rows_at(found.filter(~Exists(usable)), APPLICATION)


@finds("terms", "A confirmation rests on terms that were not published yet.")
def _terms() -> Places:
    return rows_at(Confirmation.objects.filter(terms__published_at__gt=F("confirmed_at")), APPLICATION)


@finds("minor", "Somebody under 18 has confirmed (R2).")
def _minors() -> Places:
    young = Confirmation.objects.filter(applicant__birth_date__year__gte=F("confirmed_at__year") - dates.ADULT_YEARS)
    facts = (f"{APPLICATION}__reference", "pk", "applicant__birth_date", "confirmed_at")
    for reference, key, birth_date, at in young.order_by("pk").values_list(*facts).iterator(chunk_size=BATCH):
        if not dates.is_adult(birth_date, on=timezone.localdate(at)):
            yield row_at(Confirmation, key, reference)


@finds("declined", "Somebody has declined, and their confirmation counts (R10).")
def _declined() -> Places:
    return rows_at(_counting().filter(applicant__declined_at__isnull=False), APPLICATION)


@finds("unreceipted", "A confirmation was given, and no receipt is or was in the outbox (R12, R20).")
def _unreceipted() -> Places:
    """Letters go when their retention time is over, and with the details of whoever was erased."""
    text = CharField()
    key = Concat(Value("receipt:"), Cast(F("pk"), text), Value(":"), Cast(F("applicant"), text), output_field=text)
    kept = timezone.now() - dt.timedelta(days=max(settings.RETENTION_LETTERS_DAYS - 1, 0))
    found = Confirmation.objects.annotate(key=key).filter(
        ~Exists(Letter.objects.filter(key=OuterRef("key"))),
        Q(applicant__contact_corrected_at=None) | Q(applicant__contact_corrected_at__lt=F("confirmed_at")),
        confirmed_at__gt=kept,
    )
    return rows_at(found.exclude(applicant__email=""), APPLICATION)


@finds("look", "A second look was taken at a check that needed none, was undone, or too late (C3, C4).")
def _looks() -> Places:
    taken = IdCheck.objects.filter(second_look__isnull=False)
    found = taken.filter(
        Q(pending_reason="")
        | Q(undoing__at__lt=F("second_look__at"))
        | Q(second_look__at__gt=F("checked_at") + SECOND_LOOK)
        | Q(second_look__superseded=False, second_look__by=F("adviser"))
    )
    return rows_at(found, APPLICATION)


def _different(found: QuerySet[Any], code: str, field: Any) -> Iterator[str]:
    """Return those in which a code differs from the slot's, whatever keys made their indexes."""
    facts = (f"{APPLICATION}__reference", "pk", "own", "other")
    rows = found.annotate(own=sealed("applicant__hetu"), other=sealed(code)).order_by("pk").values_list(*facts)
    for reference, key, own, other in rows.iterator(chunk_size=BATCH):
        hetu = opened(own, HETU)
        if hetu is None or hetu != opened(other, field):
            yield row_at(Confirmation, key, reference)
