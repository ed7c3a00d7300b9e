from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("demo", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="PracticeDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("begun_at", models.DateTimeField()),
                ("wrong_number", models.CharField(max_length=9)),
            ],
        ),
        migrations.AddField(
            model_name="demomail",
            name="came_back_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="demomail",
            name="to_report",
            field=models.CharField(blank=True, db_default="", max_length=300),
        ),
    ]
