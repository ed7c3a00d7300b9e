from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("demo", "0002_practice_day"),
    ]

    operations = [
        migrations.CreateModel(
            name="DemoEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("webhook_id", models.CharField(max_length=100, unique=True)),
                ("event", models.JSONField()),
                ("received_at", models.DateTimeField(auto_now_add=True)),
                ("times", models.PositiveIntegerField(default=1)),
            ],
        ),
    ]
