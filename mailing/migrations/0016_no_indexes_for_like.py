"""Take away the second index that Django gave every indexed text of each of our tables: nothing looks for a beginning there."""

from django.apps import apps as global_apps
from django.db import migrations


def drop(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    tables = [model._meta.db_table for model in global_apps.get_models(include_auto_created=True)]
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() AND tablename = ANY(%s) "
            "AND indexname ~ '_like$' AND indexdef ~ '(varchar|text)_pattern_ops\\)$' "
            "AND indexdef !~ '^CREATE UNIQUE'",
            [tables],
        )
        names = [name for (name,) in cursor.fetchall()]
    for name in names:
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {schema_editor.quote_name(name)}")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("mailing", "0015_indexes_of_the_list_of_emails")]

    operations = [migrations.RunPython(drop, migrations.RunPython.noop)]
