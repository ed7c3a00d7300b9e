"""By themselves, as 0006 is."""

from django.db import migrations, models

from core.indexes import AddIndexBesideTheWork


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("mailing", "0014_worker_heartbeats")]

    operations = [
        AddIndexBesideTheWork("letter", models.Index(fields=["created_at", "id"], name="letter_by_time")),
        AddIndexBesideTheWork(
            "letter",
            models.Index(
                fields=["created_at", "id"],
                condition=models.Q(("dead_at", None), ("dropped_at", None), ("sent_at", None), ("held_at", None)),
                name="letter_waiting",
            ),
        ),
        AddIndexBesideTheWork("letter", models.Index(fields=["message"], name="letter_by_kind")),
        AddIndexBesideTheWork("letter", models.Index(fields=["language"], name="letter_by_language")),
    ]
