"""By itself, as 0006 is."""

from django.db import migrations, models

from core.indexes import AddIndexBesideTheWork


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("mailing", "0016_no_indexes_for_like")]

    operations = [
        AddIndexBesideTheWork(
            "letter", models.Index(fields=["created_at"], condition=models.Q(to=""), name="letter_unaddressed")
        ),
    ]
