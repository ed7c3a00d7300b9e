from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0006_accounts_without_password")]

    operations = [
        migrations.CreateModel(
            name="BrokerOutage",
            fields=[
                ("provider", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("since", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("failures", models.PositiveIntegerField()),
            ],
        ),
    ]
