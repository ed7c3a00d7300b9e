from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("counter", "0006_pages_of_the_city"),
    ]

    operations = [
        migrations.CreateModel(
            name="CountedDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("figures", models.JSONField()),
                ("counted_at", models.DateTimeField()),
            ],
            options={
                "default_permissions": (),
            },
        ),
    ]
