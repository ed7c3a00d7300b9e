from django.db import migrations, models
from django.db.models.functions import Lower, Replace


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0011_certificates"),
    ]

    operations = [
        migrations.AddIndex("applicant", models.Index(Lower("email"), name="applicant_by_email")),
        migrations.AddIndex(
            "applicant",
            models.Index(
                Replace(
                    Replace(
                        Replace(Replace(models.F("phone"), models.Value(" ")), models.Value("-")), models.Value("(")
                    ),
                    models.Value(")"),
                ),
                name="applicant_by_phone",
            ),
        ),
    ]
