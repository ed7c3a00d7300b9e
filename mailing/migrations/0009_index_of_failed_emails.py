"""By itself, as 0006 is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailing", "0008_whose_fault")]

    operations = [
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(
                condition=models.Q(("failure", ""), _negated=True), fields=["failed_at"], name="letter_failed"
            ),
        ),
    ]
