#!/bin/bash
# dj-email-url: the address of a mail server that is spoken to in TLS from the first byte (port 465).
# Guess:   smtps:// is to smtp:// what https:// is to http://, which Django calls EMAIL_USE_SSL.
# Happens: it sets EMAIL_USE_TLS, which in Django is STARTTLS on a plain connection, and port 465 does not speak that:
#          no letter leaves. A warning says that the scheme will go and that submission:// takes its place, which
#          gives STARTTLS too.
# So:      submission://...:465/?ssl=true (docs/configuration.md), and a time limit for mail.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check dj-email-url==1.0.6 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
from importlib.metadata import version

import dj_email_url

print("dj-email-url", version("dj-email-url"))
for url in (
    "smtps://user:word@mail.example:465",
    "submission://user:word@mail.example:587",
    "submission://user:word@mail.example:465/?ssl=true",
):
    read = dj_email_url.parse(url)
    print(f"{url}: port {read['EMAIL_PORT']}, SSL {read['EMAIL_USE_SSL']}, STARTTLS {read['EMAIL_USE_TLS']}")
PYTHON
cat > "$folder/expected" <<'SEEN'
dj-email-url 1.0.6
smtps://user:word@mail.example:465: port 465, SSL False, STARTTLS True
submission://user:word@mail.example:587: port 587, SSL False, STARTTLS True
submission://user:word@mail.example:465/?ssl=true: port 465, SSL True, STARTTLS False
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
