"""By which an application's deliveries are found, and removed with it."""

from django.db import migrations, models

from core.indexes import AddIndexBesideTheWork


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("upstream", "0012_failed_deliveries")]

    operations = [
        AddIndexBesideTheWork("webhookdelivery", models.Index("application", name="webhook_delivery_about")),
    ]
