"""The account that logs in with a password while the City's directory cannot be reached. Its use alarms (ADR 58).

The alarm is an entry of the trail, an error in the log, an email to those who can do something, and a notice on their
first page.
"""

import datetime as dt
import logging
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from core.actors import Actor, Role, Source
from identity.models import User
from mailing import outbox
from mailing.models import Letter
from records.enums import Event
from records.models import Entry
from records.names import staff_chain, user_subject
from records.trail import append_event

logger = logging.getLogger(__name__)  # deploy/alerts.yaml and error reports know it by this name

SHOWN = dt.timedelta(days=7)
TOLD = [Role.SUPERVISOR, Role.OPERATOR]


@transaction.atomic
def alarm(user: User) -> None:
    """Record that the password of the account was given, before its second factor is asked for (C1).

    Whoever has the password alone alarms too.
    """
    now = timezone.now()
    by = Actor(Role.OPERATOR, Source.COUNTER, user=user)
    chain = staff_chain(user.pk, timezone.localdate(now).year)
    append_event(Event.BREAK_GLASS_USED, chain=chain, by=by, subject=user_subject(user.pk))
    told = User.objects.filter(Q(groups__name__in=TOLD) | Q(is_superuser=True), is_staff=True, is_active=True)
    outbox.queue_letters(*(_email(each, now) for each in told.exclude(pk=user.pk).exclude(email="").distinct()))
    logger.error("The password of the break-glass account was given; docs/staff-sign-on.md says what to do")


def break_glass_context(letter: Letter) -> dict[str, Any]:
    """Return what the email needs besides its parameters, at its sending (MAILING_CONTEXT)."""
    return {"used_at": dt.datetime.fromisoformat(letter.parameters["used_at"])}


def shown_use() -> dt.datetime | None:
    """Return when the account was last used, if that was in the last days and there is such an account."""
    if not settings.BREAK_GLASS_USERNAME:
        return None
    lately = Entry.objects.filter(event=Event.BREAK_GLASS_USED, at__gt=timezone.now() - SHOWN)
    return lately.order_by("-at").values_list("at", flat=True).first()


def _email(to: User, now: dt.datetime) -> outbox.Draft:
    return outbox.Draft(
        key=f"break_glass:{now:%Y-%m-%dT%H}:{to.pk}",  # one an hour: the password may be given again and again
        message="staff_break_glass",
        to=to.email,
        language=to.language,
        recipient=user_subject(to.pk),
        parameters={"recipient": to.get_full_name() or to.username, "used_at": now.isoformat()},
    )
