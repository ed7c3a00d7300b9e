from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0003_audit_sending")]

    operations = [
        migrations.CreateModel(
            name="CommandRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("command", models.CharField(max_length=40, unique=True)),
                ("ended_at", models.DateTimeField()),
                ("faults", models.PositiveIntegerField()),
            ],
            options={"default_permissions": ()},
        ),
    ]
