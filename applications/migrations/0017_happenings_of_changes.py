"""The changes of state until now get the rows of what housing systems are told of (ADR 45).

Not one transaction: each ends soon, so nobody waits for it long. If it stops, it goes on where it was.
"""

import datetime as dt
from typing import Any

from django.db import migrations
from django.utils import timezone

DAYS = 90  # R5
NEW_VERSION, NEW_PERIOD = ("sent", "changed"), ("sent", "changed", "renewed")
APPLICATIONS = 500  # in one transaction


def tell_of_changes(apps: Any, _schema: Any) -> None:
    """Write the rows of all applications that have none."""
    untold = apps.get_model("applications", "Application").objects.filter(happenings=None).order_by("pk")
    last = 0
    while some := dict(untold.filter(pk__gt=last).values_list("pk", "valid_until")[:APPLICATIONS]):
        _tell(apps, some)
        last = max(some)


def _tell(apps: Any, some: dict[int, dt.date]) -> None:
    """Write a row for each change of state: with the version and the period that the changes before it made."""
    Happening = apps.get_model("applications", "Happening")  # a class
    changes = apps.get_model("applications", "StateChange").objects.filter(application__in=some).order_by("pk")
    of_some = apps.get_model("applications", "Version").objects.filter(application__in=some).order_by("number")
    versions: dict[int, list[int]] = {}
    for application, version in of_some.values_list("application", "pk"):
        versions.setdefault(application, []).append(version)
    numbers, periods, made = dict.fromkeys(some, 0), dict(some), []
    for change in changes.defer("name"):
        application = change.application_id
        numbers[application] += change.transition in NEW_VERSION
        if change.transition in NEW_PERIOD:
            periods[application] = timezone.localdate(change.at) + dt.timedelta(days=DAYS)
        known = versions[application]
        made.append(
            Happening(
                application_id=application,
                change_id=change.pk,
                kind=change.transition,
                version_id=known[min(max(numbers[application], 1), len(known)) - 1],
                state=change.to_state,
                valid_until=periods[application],
                source=change.source,
                at=change.at,
            )
        )
    Happening.objects.bulk_create(made)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("applications", "0016_happenings")]

    operations = [migrations.RunPython(tell_of_changes, migrations.RunPython.noop, elidable=False)]
