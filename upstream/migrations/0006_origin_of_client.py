import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0018_origins"),
        ("upstream", "0005_limits_and_answers"),
    ]

    operations = [
        migrations.AddField(
            model_name="apiclient",
            name="origin",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="client",
                to="applications.origin",
            ),
        ),
    ]
