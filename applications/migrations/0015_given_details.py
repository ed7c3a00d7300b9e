from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("applications", "0014_paper_day")]

    operations = [
        migrations.AddField(
            model_name="applicant",
            name="given_details",
            field=models.CharField(blank=True, db_default="", default="", max_length=98),
        ),
    ]
