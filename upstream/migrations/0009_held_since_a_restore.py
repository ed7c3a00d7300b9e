import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("upstream", "0008_origin_of_each_client")]

    operations = [
        migrations.CreateModel(
            name="LostNumbers",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("after", models.BigIntegerField()),
                ("until", models.BigIntegerField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={"default_permissions": ()},
        ),
        migrations.AddField(model_name="webhookdelivery", name="held_at", field=models.DateTimeField(null=True)),
        migrations.AddConstraint(
            model_name="webhookdelivery",
            constraint=models.CheckConstraint(
                condition=Q(
                    ("held_at", None),
                    Q(("delivered_at", None), ("given_up_at", None), ("lease", None)),
                    _connector="OR",
                ),
                name="webhook_delivery_held_waits",
            ),
        ),
    ]
