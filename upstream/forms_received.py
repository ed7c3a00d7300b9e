"""Applications that were filled in here become those of the one client that is named to receive them (J8)."""

from django.db import transaction
from django.db.models import QuerySet

from applications import reading
from applications.models import OPEN, Application, Happening
from upstream.models import ApiClient, Intake

BATCH = 500


def receiver() -> ApiClient | None:
    """Return the client that receives the applications filled in here, if one is named."""
    return ApiClient.objects.filter(receives_forms=True, revoked_at=None).first()


def adopt(happenings: QuerySet[Happening], *, client: ApiClient) -> None:
    """Give the open applications of these happenings to a client, which has no number of its own for them yet.

    From then on they are edited where all of its applications are (J6.4).
    """
    waiting = happenings.filter(application__state__in=OPEN).values_list("application", flat=True)
    while keys := set(waiting[:BATCH]):
        with transaction.atomic():
            reading.lock_several(keys)
            given = [Intake(client=client, application_id=key) for key in keys]
            Intake.objects.bulk_create(given, ignore_conflicts=True)
            Application.objects.filter(pk__in=keys, intake__client=client).update(origin=client.origin_id)
