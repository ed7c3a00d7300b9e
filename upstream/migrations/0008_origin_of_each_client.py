import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("upstream", "0007_origins_of_known_clients")]

    operations = [
        migrations.AlterField(
            model_name="apiclient",
            name="origin",
            field=models.OneToOneField(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="client",
                to="applications.origin",
            ),
        ),
    ]
