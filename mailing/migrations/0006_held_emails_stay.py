"""By itself: while the database looks through all emails, nobody can write one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailing", "0005_held_emails")]

    operations = [
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("held_at", None), models.Q(("released_at", None), ("sent_at", None)), _connector="OR"
                ),
                name="letter_held_does_not_leave",
            ),
        ),
    ]
