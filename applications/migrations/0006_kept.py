from django.db import migrations

from records.kept import KeepRows


class Migration(migrations.Migration):
    dependencies = [("applications", "0005_names"), ("records", "0001_initial")]
    operations = [
        KeepRows("Confirmation", may_be_set=("undone_at",)),
        KeepRows("StateChange"),
    ]
