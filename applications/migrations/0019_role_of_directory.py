from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("applications", "0018_origins")]

    operations = [
        migrations.AlterField(
            model_name="statechange",
            name="role",
            field=models.CharField(
                choices=[
                    ("applicant", "Applicant"),
                    ("adviser", "Adviser"),
                    ("supervisor", "Supervisor"),
                    ("operator", "Operator"),
                    ("housing_system", "Housing system"),
                    ("clock", "The end of a time limit"),
                    ("directory", "The City’s directory"),
                ],
                max_length=20,
            ),
        ),
    ]
