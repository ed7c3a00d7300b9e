from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("counter", "0005_feedback")]

    operations = [
        migrations.RenameField("counter", "page_url", "page_url_fi"),
        migrations.AlterField(
            "counter",
            "page_url_fi",
            models.URLField(
                default="https://www.hel.fi/fi/asuminen/vuokra-asunnon-haun-neuvonta-0",
                help_text="The City’s own page about customer service",
                verbose_name="address of the City’s page in Finnish",
            ),
        ),
        *(
            migrations.AddField(
                "counter",
                f"page_url_{code}",
                models.URLField(
                    blank=True, db_default="", default="", verbose_name=f"address of the City’s page in {language}"
                ),
            )
            for code, language in (("sv", "Swedish"), ("en", "English"))
        ),
    ]
