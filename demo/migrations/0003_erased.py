import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("demo", "0002_inbox"), ("applications", "0001_initial")]
    operations = [
        migrations.AlterField(
            model_name="demoapplication",
            name="application",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="applications.application"
            ),
        ),
    ]
