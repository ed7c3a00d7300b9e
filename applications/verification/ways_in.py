"""Accounts, links and invitations that should not be (J5, R13, C5, C6)."""

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import BinaryField, Exists, F, OuterRef, Q, Subquery

from applications import dates
from applications.application_removal import ENDS
from applications.enums import State
from applications.models import Applicant, Confirmation, IdCheck, Invitation, StateChange, Version
from applications.verification.faults import BATCH, CLOCK_RUNS, Places, finds, opened, row_at, rows_at
from core.crypto import sealed
from identity.models import Account, AccountLink, Person

HETU = Applicant._meta.get_field("hetu")
PERSON_HETU = Person._meta.get_field("hetu")


@finds("account", "An open account stands on no sound ID check of its person, who was there themselves (J5, C6).")
def _accounts() -> Places:
    sound = IdCheck.objects.sound().filter(account_key=OuterRef("id_check"), representative="")
    code = Subquery(sound.annotate(code=sealed("applicant__hetu")).values("code")[:1], output_field=BinaryField())
    found = Account.objects.filter(closed_at=None).annotate(of_check=code, own=sealed("user__person__hetu"))
    for key, of_check, own in found.order_by("pk").values_list("pk", "of_check", "own").iterator(chunk_size=BATCH):
        hetu = opened(own, PERSON_HETU)
        if hetu is None or hetu != opened(of_check, HETU):
            yield row_at(Account, key)


@finds("password", "A closed account has a password (C5).")
def _passwords() -> Places:
    usable = Account.objects.exclude(closed_at=None).exclude(user__password__startswith=UNUSABLE_PASSWORD_PREFIX)
    for key in usable.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=BATCH):
        yield row_at(Account, key)


@finds("link", "A link to set a password is live, and its account is closed (C5).")
def _links() -> Places:
    live = AccountLink.objects.filter(used_at=None, replaced_at=None, account__closed_at__isnull=False)
    for key in live.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=BATCH):
        yield row_at(AccountLink, key)


@finds("invitation", "Somebody was invited whom the application did not wait for (R13).")
def _invitations() -> Places:
    """Whether an invitation still works is read from the application each time, so a live row alone is no fault."""
    application = OuterRef("applicant__version__application")
    made = OuterRef("created_at")
    ended = StateChange.objects.filter(application=application, transition__in=ENDS, at__lt=made)
    confirmed = Confirmation.objects.filter(applicant=OuterRef("applicant"), undone_at=None, confirmed_at__lt=made)
    newer = Version.objects.filter(
        application=application, number__gt=OuterRef("applicant__version__number"), created_at__lt=made
    )
    found = Invitation.objects.filter(
        Q(applicant__position=0)
        | Q(applicant__declined_at__lt=F("created_at"))
        | Exists(ended)
        | Exists(confirmed)
        | Exists(newer)
    )
    return rows_at(found, "applicant__version__application")


@finds("uninvited", "Somebody is awaited who has an address, and was never sent an invitation that works (R13).")
def _uninvited() -> Places:
    """Whoever turned 18 yesterday may be invited by now."""
    live = Invitation.objects.filter(applicant=OuterRef("pk"), replaced_at=None)
    confirmed = Confirmation.objects.filter(applicant=OuterRef("pk"), undone_at=None)
    adults = Q(birth_date__lte=dates.youngest_adult_born(on=dates.today() - CLOCK_RUNS))
    awaited = Applicant.objects.filter(
        adults, version__current_of__state=State.AWAITING, position__gt=0, declined_at=None
    )
    with_address = awaited.filter(held_at=None).exclude(email="")
    return rows_at(with_address.filter(~Exists(live), ~Exists(confirmed)), "version__application")


@finds("held", "Emails to somebody are held, though somebody who applies with them has confirmed (R20).")
def _held() -> Places:
    confirmed = Confirmation.objects.filter(applicant__version=OuterRef("version"))
    return rows_at(Applicant.objects.filter(Exists(confirmed), held_at__isnull=False), "version__application")
