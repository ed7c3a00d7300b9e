from django.db import migrations, models
from django.db.models import Q

from core.indexes import AddIndexBesideTheWork


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("identity", "0009_directory")]

    operations = [
        AddIndexBesideTheWork(
            "user", models.Index(condition=Q(is_staff=True), fields=["username"], name="user_of_staff")
        ),
    ]
