"""Each event until now is of the happening that its change is, under the id that it was sent with (ADR 45).

Not one transaction: each ends soon, so nobody waits for it long. If it stops, it goes on where it was.
"""

from typing import Any

from django.db import migrations, models
from django.db.models import F, Max, OuterRef, Subquery
from django.db.models.functions import Cast

ROWS = 5_000  # in one transaction


def follow(apps: Any, _schema: Any) -> None:
    """Give each event its happening and its id."""
    events = apps.get_model("upstream", "Event").objects
    happening = apps.get_model("applications", "Happening").objects.filter(change=OuterRef("change")).values("pk")
    newest = events.aggregate(newest=Max("pk"))["newest"] or 0
    for first in range(1, newest + 1, ROWS):
        some = events.filter(pk__range=(first, first + ROWS - 1), happening=None)
        some.update(happening=Subquery(happening), uid=Cast(F("pk"), models.CharField()))


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("applications", "0017_happenings_of_changes"),
        ("upstream", "0002_ids_of_events"),
    ]

    operations = [migrations.RunPython(follow, migrations.RunPython.noop, elidable=False)]
