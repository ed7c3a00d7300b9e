"""By itself, as 0006 is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailing", "0006_held_emails_stay")]

    operations = [
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(
                condition=models.Q(
                    ("dead_at", None), ("dropped_at", None), ("sent_at", None), ("held_at__isnull", False)
                ),
                fields=["held_at", "id"],
                name="letter_held",
            ),
        ),
        migrations.RemoveIndex(
            model_name="letter",
            name="letter_due",
        ),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(
                condition=models.Q(("dead_at", None), ("dropped_at", None), ("sent_at", None), ("held_at", None)),
                fields=["due_at", "id"],
                name="letter_due",
            ),
        ),
    ]
