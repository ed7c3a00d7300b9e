"""What somebody confirmed or accepted stays as it was: versions, published terms, and who accepted them."""

from django.db import migrations

from records.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("applications", "0005_code_on_document"), ("records", "0001_initial")]

    operations = [
        # Its content is written again under new keys. That it says the same, its digest shows.
        AppendOnly("Version", may_change=("content",)),
        AppendOnly("Terms", from_time="published_at"),
        AppendOnly("TermsAcceptance"),
    ]
