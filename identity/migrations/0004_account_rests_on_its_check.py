import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0004_representatives_in_confirmations"),
        ("identity", "0003_staff_changes"),
    ]

    operations = [
        # Not altered in place: a number does not become a key of the check.
        migrations.RemoveField(model_name="account", name="id_check"),
        migrations.AddField(
            model_name="account",
            name="id_check",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="accounts",
                to="applications.idcheck",
                to_field="account_key",
                verbose_name="ID check",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("closed_at__isnull", False), ("id_check__isnull", False), _connector="OR"),
                name="account_open_rests_on_check",
            ),
        ),
    ]
