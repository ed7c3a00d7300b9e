from django.db import migrations, models
from django.db.models import Q

from core.indexes import AddIndexBesideTheWork


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("upstream", "0011_fewer_indexes")]

    operations = [
        AddIndexBesideTheWork(
            "webhookdelivery",
            models.Index(models.F("failure"), condition=~Q(failure=""), name="webhook_delivery_failed"),
        ),
    ]
