"""Events are of happenings, and have ids that no restore hands out twice (ADR 45)."""

import django.db.models.deletion
from django.db import migrations, models

import upstream.models


class Migration(migrations.Migration):
    dependencies = [("upstream", "0003_events_follow_happenings")]

    operations = [
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
