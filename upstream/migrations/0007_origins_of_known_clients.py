"""The applications of each known client are edited in both places, as until now (J6.4).

Not one transaction: each ends soon, so nobody waits for it long. If it stops, it goes on where it was.
"""

from typing import Any

from django.db import migrations
from django.db.models import Max

ROWS = 1_000  # in one transaction


def give_origins(apps: Any, _schema: Any) -> None:
    """Make an origin for each client that has none, and name it in the client's applications."""
    Origin = apps.get_model("applications", "Origin")  # a class
    for client in apps.get_model("upstream", "ApiClient").objects.filter(origin=None):
        client.origin = Origin.objects.create(name_fi=client.name)
        client.save(update_fields=["origin"])
    intakes = apps.get_model("upstream", "Intake").objects
    applications = apps.get_model("applications", "Application").objects.filter(origin=None)
    newest = intakes.aggregate(newest=Max("pk"))["newest"] or 0
    for first in range(1, newest + 1, ROWS):
        of_client: dict[int, list[int]] = {}
        some = intakes.filter(pk__range=(first, first + ROWS - 1))
        for origin, application in some.values_list("client__origin", "application"):
            of_client.setdefault(origin, []).append(application)
        for origin, found in of_client.items():
            applications.filter(pk__in=found).update(origin=origin)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("upstream", "0006_origin_of_client")]

    operations = [migrations.RunPython(give_origins, migrations.RunPython.noop, elidable=False)]
