"""Events are of happenings, and have ids that no restore hands out twice (ADR 45)."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Cast

import upstream.models


def follow(apps: Any, _schema: Any) -> None:
    """Let each event be of the happening that its change is, under the id that it was sent with."""
    Event = apps.get_model("upstream", "Event")
    Happening = apps.get_model("applications", "Happening")
    happening = Happening.objects.filter(change=OuterRef("change")).values("pk")
    Event.objects.update(happening=Subquery(happening), uid=Cast(F("pk"), models.CharField()))


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0015_happenings"),
        ("upstream", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="event",
            name="happening",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="event",
                to="applications.happening",
            ),
        ),
        migrations.AddField(
            model_name="event",
            name="uid",
            field=models.CharField(max_length=36, null=True),
        ),
        migrations.RunPython(follow, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="event",
            name="happening",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="event", to="applications.happening"
            ),
        ),
        migrations.AlterField(
            model_name="event",
            name="uid",
            field=models.CharField(default=upstream.models.new_uid, max_length=36, unique=True),
        ),
        migrations.RemoveField(
            model_name="event",
            name="change",
        ),
        migrations.AddField(
            model_name="apiclient",
            name="receives_forms",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="receives the applications filled in here"
            ),
        ),
        migrations.AlterField(
            model_name="intake",
            name="reference",
            field=models.CharField(max_length=64, null=True),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(models.F("client"), models.F("collected_at"), name="event_of_client_by_time"),
        ),
        migrations.AddConstraint(
            model_name="apiclient",
            constraint=models.UniqueConstraint(
                models.F("receives_forms"),
                condition=models.Q(("receives_forms", True), ("revoked_at", None)),
                name="one_client_receives_forms",
            ),
        ),
    ]
