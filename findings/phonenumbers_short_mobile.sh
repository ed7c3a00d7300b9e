#!/bin/bash
# phonenumbers: Finnish mobile numbers.
# Guess:   is_valid_number refuses a number that nobody can have, such as 040 1234 (mobile numbers in use have
#          nine or ten digits).
# Happens: it is valid from four digits after the prefix on; the numbering plan allows them on paper.
# So:      ask again below nine digits: a mistyped number is the commonest fault of all.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check phonenumbers==9.0.43 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
import phonenumbers

print("phonenumbers", phonenumbers.__version__)
for typed in ("040 1234", "040 123 4567"):
    number = phonenumbers.parse(typed, "FI")
    print(typed, phonenumbers.is_valid_number(number), phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
PYTHON
cat > "$folder/expected" <<'SEEN'
phonenumbers 9.0.43
040 1234 True +358401234
040 123 4567 True +358401234567
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
