from django.db import migrations, models
from django.db.models import Q

from core.indexes import AddIndexBesideTheWork


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("records", "0004_command_runs")]

    operations = [
        AddIndexBesideTheWork(
            model_name="entry",
            index=models.Index(condition=Q(sending=None), fields=["id"], name="entry_to_send"),
        ),
        AddIndexBesideTheWork(
            model_name="entry",
            index=models.Index(condition=Q(sending="refused"), fields=["id"], name="entry_refused"),
        ),
    ]
