from django.db import migrations, models

from mailing.enums import Failure, Fate, Rank


class Migration(migrations.Migration):
    dependencies = [("mailing", "0007_indexes_of_held_emails")]

    operations = [
        migrations.RemoveConstraint(model_name="letter", name="letter_sent_without_failure"),
        migrations.AddField(model_name="letter", name="failed_at", field=models.DateTimeField(null=True)),
        migrations.AddField(
            model_name="letter",
            name="rank",
            field=models.SmallIntegerField(choices=Rank.choices, db_default=1, default=1),
        ),
        migrations.AlterField(
            model_name="letter",
            name="failure",
            field=models.CharField(
                blank=True, choices=Failure.choices, db_default="", max_length=20, verbose_name="reason for failure"
            ),
        ),
        migrations.AlterField(
            model_name="trackingevent",
            name="bounce",
            field=models.CharField(blank=True, choices=Failure.choices, db_default="", default="", max_length=20),
        ),
        migrations.AlterField(
            model_name="trackingevent",
            name="type",
            field=models.CharField(choices=Fate.choices, max_length=12),
        ),
    ]
