from django.db import migrations, models
from django.db.models import Q

from core.indexes import AddIndexBesideTheWork


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("upstream", "0009_held_since_a_restore")]

    operations = [
        AddIndexBesideTheWork(
            model_name="webhookdelivery",
            index=models.Index(
                models.F("given_up_at"),
                models.F("endpoint"),
                condition=Q(("given_up_at__isnull", False)),
                name="webhook_delivery_given_up",
            ),
        ),
    ]
