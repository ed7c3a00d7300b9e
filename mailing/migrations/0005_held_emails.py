from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("mailing", "0004_reason_of_a_bounce"),
    ]

    operations = [
        migrations.AddField(
            model_name="letter",
            name="held_at",
            field=models.DateTimeField(null=True, verbose_name="held back"),
        ),
        migrations.AddField(
            model_name="letter",
            name="released_at",
            field=models.DateTimeField(null=True, verbose_name="released"),
        ),
    ]
