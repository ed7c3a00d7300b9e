import django.db.models.functions.text
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("demo", "0003_housing_system"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="demomail",
            name="came_back_at",
        ),
        migrations.RemoveField(
            model_name="demomail",
            name="to_report",
        ),
        migrations.AddField(
            model_name="demomail",
            name="mailbox",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.functions.text.Lower("to"),
                output_field=models.CharField(max_length=254),
            ),
        ),
        migrations.AddField(
            model_name="demomail",
            name="message_id",
            field=models.CharField(blank=True, db_default="", db_index=True, default="", max_length=300),
        ),
        migrations.AddField(
            model_name="demomail",
            name="name",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="demomail",
            name="read_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="demomail",
            name="report_at",
            field=models.DateTimeField(db_index=True, null=True),
        ),
        migrations.AddField(
            model_name="demomail",
            name="reported",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="demomail",
            name="sender",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="demomail",
            name="state",
            field=models.CharField(
                choices=[
                    ("inbox", "In the inbox"),
                    ("waiting", "Not accepted yet"),
                    ("refused", "Refused by the mail server"),
                    ("returned", "Came back"),
                    ("junk", "In the junk mail folder"),
                ],
                db_default="inbox",
                default="inbox",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="demomail",
            name="tries",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AlterField(
            model_name="demomail",
            name="received_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddIndex(
            model_name="demomail",
            index=models.Index(fields=["mailbox", "-received_at", "-id"], name="demo_mail_of_mailbox"),
        ),
    ]
