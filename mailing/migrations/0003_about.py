from django.db import migrations, models
from django.db.models.fields.json import KT


def name_applications(apps, schema_editor):
    """Letters from before say in their parameters of which application they are."""
    letters = apps.get_model("mailing", "Letter").objects
    letters.filter(parameters__has_key="reference").update(about=KT("parameters__reference"))


class Migration(migrations.Migration):
    dependencies = [("mailing", "0002_undeliverable")]

    operations = [
        migrations.AddField(
            model_name="letter",
            name="about",
            field=models.CharField(blank=True, db_default="", max_length=40),
        ),
        migrations.RunPython(name_applications, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(fields=["about", "id"], name="letter_about"),
        ),
    ]
