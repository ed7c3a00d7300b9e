import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("mailing", "0003_about"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="letter",
            options={"verbose_name": "letter", "verbose_name_plural": "letters"},
        ),
        migrations.AlterField(
            model_name="letter",
            name="about",
            field=models.CharField(blank=True, db_default="", max_length=40, verbose_name="about"),
        ),
        migrations.AlterField(
            model_name="letter",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="tries"),
        ),
        migrations.AlterField(
            model_name="letter",
            name="bounced_at",
            field=models.DateTimeField(null=True, verbose_name="returned undeliverable"),
        ),
        migrations.AlterField(
            model_name="letter",
            name="complained_at",
            field=models.DateTimeField(null=True, verbose_name="reported as spam"),
        ),
        migrations.AlterField(
            model_name="letter",
            name="created_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="created"),
        ),
        migrations.AlterField(
            model_name="letter",
            name="dead_at",
            field=models.DateTimeField(null=True, verbose_name="given up"),
        ),
        migrations.AlterField(
            model_name="letter",
            name="delivered_at",
            field=models.DateTimeField(null=True, verbose_name="delivered"),
        ),
        migrations.AlterField(
            model_name="letter",
            name="dropped_at",
            field=models.DateTimeField(null=True, verbose_name="no longer needed"),
        ),
        migrations.AlterField(
            model_name="letter",
            name="due_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), verbose_name="to be sent"
            ),
        ),
        migrations.AlterField(
            model_name="letter",
            name="failure",
            field=models.CharField(
                blank=True,
                choices=[
                    ("timeout", "The mail server did not answer in time"),
                    ("connection", "The mail server could not be reached"),
                    ("login", "The mail server did not accept our credentials"),
                    ("busy", "The mail server asked to try later"),
                    ("refused", "The mail server refused the letter or its address"),
                    ("invalid", "The address or the subject cannot stand in a letter"),
                    ("error", "A fault of this service"),
                ],
                max_length=20,
                verbose_name="reason of failure",
            ),
        ),
        migrations.AlterField(
            model_name="letter",
            name="key",
            field=models.CharField(max_length=120, unique=True, verbose_name="event"),
        ),
        migrations.AlterField(
            model_name="letter",
            name="language",
            field=models.CharField(max_length=2, verbose_name="language"),
        ),
        migrations.AlterField(
            model_name="letter",
            name="message",
            field=models.CharField(max_length=40, verbose_name="kind of letter"),
        ),
        migrations.AlterField(
            model_name="letter",
            name="sent_at",
            field=models.DateTimeField(null=True, verbose_name="sent"),
        ),
        migrations.AlterField(
            model_name="letter",
            name="to",
            field=models.EmailField(db_index=True, max_length=254, verbose_name="email address"),
        ),
    ]
