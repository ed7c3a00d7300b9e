import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0016_happenings"),
        ("upstream", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="event",
            name="happening",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="event",
                to="applications.happening",
            ),
        ),
        migrations.AddField(
            model_name="event",
            name="uid",
            field=models.CharField(max_length=36, null=True),
        ),
    ]
