from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailing", "0002_letter_codes")]

    operations = [
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(condition=models.Q(("sent_at__isnull", False)), fields=["sent_at"], name="letter_sent"),
        ),
    ]
