from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0010_index_of_staff"), ("sessions", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="SignedInSession",
            fields=[
                (
                    "session_key",
                    models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="session key"),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
            ],
            options={"db_table": "django_session", "managed": False, "default_permissions": ()},
        ),
        # The table is that of django.contrib.sessions, which the release before goes on writing without the column.
        migrations.RunSQL(
            "ALTER TABLE django_session ADD COLUMN user_id bigint NULL",
            "ALTER TABLE django_session DROP COLUMN user_id",
        ),
    ]
