from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0005_counts_end")]

    operations = [
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                models.F("issued_at"),
                condition=models.Q(verified_at=None, closed_at=None),
                name="account_without_password",
            ),
        )
    ]
