"""The account that logs in with a password while the City's directory cannot be reached. Its use alarms (ADR 58)."""

import datetime as dt
import logging

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.actors import Actor, Role, Source
from identity.models import User
from records.enums import Event
from records.models import Entry
from records.names import staff_chain, user_subject
from records.trail import append_event

logger = logging.getLogger(__name__)  # deploy/alerts.yaml and error reports know it by this name

SHOWN = dt.timedelta(days=7)


@transaction.atomic
def alarm(user: User) -> None:
    """Record that the password of the account was given, before its second factor is asked for (C1).

    Whoever has the password alone alarms too.
    """
    by = Actor(Role.OPERATOR, Source.COUNTER, user=user)
    chain = staff_chain(user.pk, timezone.localdate().year)
    append_event(Event.BREAK_GLASS_USED, chain=chain, by=by, subject=user_subject(user.pk))
    logger.error("The password of the break-glass account was given; docs/staff-sign-on.md says what to do")


def count_uses() -> int:
    """Return how often the account was used, as far back as the trail is kept: one look-up by an index."""
    return Entry.objects.filter(event=Event.BREAK_GLASS_USED).count()


def shown_use() -> dt.datetime | None:
    """Return when the account was last used, if that was in the last days and there is such an account."""
    if not settings.BREAK_GLASS_USERNAME:
        return None
    lately = Entry.objects.filter(event=Event.BREAK_GLASS_USED, at__gt=timezone.now() - SHOWN)
    return lately.order_by("-at").values_list("at", flat=True).first()
