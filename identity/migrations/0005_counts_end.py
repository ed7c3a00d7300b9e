from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0004_account_rests_on_its_check")]

    operations = [
        # The column stays: workers of the former release may write to it while this one starts.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField("ratecount", "window", "ends"),
                migrations.AlterField("ratecount", "ends", models.BigIntegerField(db_column="window", db_index=True)),
            ]
        )
    ]
