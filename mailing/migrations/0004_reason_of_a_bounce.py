from django.db import migrations, models

from mailing.enums import Failure


class Migration(migrations.Migration):
    dependencies = [("mailing", "0003_letter_sent")]

    operations = [
        migrations.AddField(
            model_name="trackingevent",
            name="bounce",
            field=models.CharField(blank=True, choices=Failure.choices, db_default="", default="", max_length=10),
        )
    ]
