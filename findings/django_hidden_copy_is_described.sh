#!/bin/bash
# Django: a form field whose default is remembered in a hidden copy (show_hidden_initial, as the admin has it for dates
# and times that are now by default), with an error.
# Guess:   the error describes the field that people see: aria-describedby is on that input.
# Happens: it is on the hidden copy too, where HTML allows no aria attribute: the page is not valid, though it was
#          before the error. aria-invalid is kept off the copy, aria-describedby is not.
# So:      a checker of HTML that looks at pages with errors complains of the admin's (tests/pages/test_html.py).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check django==5.2.19 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
import django
from django import forms
from django.conf import settings

settings.configure(USE_I18N=False)
django.setup()


class Notice(forms.Form):
    day = forms.DateField(show_hidden_initial=True)


print("Django", django.__version__)
for day in ("2026-11-29", ""):
    field = Notice({"day": day, "initial-day": ""})["day"]
    print(field.as_widget())
    print(field.as_hidden(only_initial=True))
PYTHON
cat > "$folder/expected" <<'SEEN'
Django 5.2.19
<input type="text" name="day" value="2026-11-29" required id="id_day">
<input type="hidden" name="initial-day" id="initial-id_day">
<input type="text" name="day" value="" required aria-invalid="true" aria-describedby="id_day_error" id="id_day">
<input type="hidden" name="initial-day" aria-describedby="id_day_error" id="initial-id_day">
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
