from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailing", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(
                condition=models.Q(("dead_at__isnull", False), ("bounced_at__isnull", False), _connector="OR"),
                fields=["created_at"],
                name="letter_undeliverable",
            ),
        ),
    ]
