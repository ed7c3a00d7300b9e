from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("mailing", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="letter",
            name="code_hash",
            field=models.CharField(max_length=80, null=True),
        ),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(fields=["code_hash"], name="letter_code"),
        ),
    ]
