from django.db import migrations


def make_the_counter(apps, schema_editor):
    """Its defaults are the public facts; phone, e-mail and hours are the operator's to fill in."""
    apps.get_model("counter", "Counter").objects.get_or_create(id=1)


class Migration(migrations.Migration):
    dependencies = [("counter", "0001_initial")]
    operations = [migrations.RunPython(make_the_counter, migrations.RunPython.noop)]
