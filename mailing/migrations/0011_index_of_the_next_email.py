"""By itself, as 0006 is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailing", "0010_pace")]

    operations = [
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(
                condition=models.Q(("dead_at", None), ("dropped_at", None), ("sent_at", None), ("held_at", None)),
                fields=["rank", "due_at", "id"],
                name="letter_next",
            ),
        ),
        migrations.RemoveIndex(model_name="letter", name="letter_due"),
    ]
