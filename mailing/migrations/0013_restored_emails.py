from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("mailing", "0012_index_of_reported_failures")]

    operations = [
        migrations.AddField(model_name="letter", name="restored_at", field=models.DateTimeField(null=True)),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=Q(("restored_at", None), ("held_at__isnull", False), _connector="OR"),
                name="letter_restored_is_held",
            ),
        ),
    ]
