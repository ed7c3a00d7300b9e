from django.db import migrations, models
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0011_certificates"),
    ]

    operations = [
        migrations.AddIndex("applicant", models.Index(Lower("email"), name="applicant_by_email")),
        migrations.AddIndex(
            "applicant",
            models.Index(
                models.Func(
                    "phone",
                    template="REPLACE(REPLACE(REPLACE(REPLACE(%(expressions)s, ' ', ''), '-', ''), '(', ''), ')', '')",
                    output_field=models.CharField(),
                ),
                name="applicant_by_phone",
            ),
        ),
    ]
