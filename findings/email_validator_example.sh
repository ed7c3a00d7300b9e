#!/bin/bash
# email-validator: the names that RFC 2606 and RFC 6761 reserve for tests and documents.
# Guess:   .test and .example are treated alike: both can never be anybody's address.
# Happens: .test is refused as special-use; .example, and example.com, are taken.
# So:      whoever wants sample addresses kept out of a real outbox must name .example as well.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check email-validator==2.4.0 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
from importlib.metadata import version

from email_validator import EmailNotValidError, validate_email

print("email-validator", version("email-validator"))
for address in ("maija@housing.test", "maija@housing.example", "maija@example.com"):
    try:
        print("taken  ", validate_email(address, check_deliverability=False).normalized)
    except EmailNotValidError:
        print("refused", address)
PYTHON
cat > "$folder/expected" <<'SEEN'
email-validator 2.4.0
refused maija@housing.test
taken   maija@housing.example
taken   maija@example.com
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
