"""By itself, as 0006 is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailing", "0011_index_of_the_next_email")]

    operations = [
        migrations.AddIndex(
            model_name="trackingevent",
            index=models.Index(
                condition=models.Q(("bounce", ""), _negated=True), fields=["received_at"], name="report_of_a_failure"
            ),
        ),
    ]
