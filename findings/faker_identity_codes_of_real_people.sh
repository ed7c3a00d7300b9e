#!/bin/bash
# Faker, Finnish: made-up personal identity codes.
# Guess:   a library of fake data makes test codes, whose number (900-999) nobody is given, as its addresses for
#          email are at example.com and its like, which nobody has.
# Happens: every code is in the range of real people (002-899), and so may be somebody's; with the birth date in it,
#          and the checks of a service passed. Only ssn(artificial=True) keeps to the test range. The signs that are
#          in use since 2023 never come.
# So:      artificial=True, in fixtures, demonstrations and screenshots alike. (No code is shown here.)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check Faker==40.63.0 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
from importlib.metadata import version

from faker import Faker

print("Faker", version("Faker"))
fake = Faker("fi_FI")
fake.seed_instance(2026)
domains = {fake.email().split("@")[1] for _ in range(1000)}
print("email at", *sorted(domains))
for options in ({}, {"artificial": True}):
    codes = [fake.ssn(**options) for _ in range(1000)]
    test_codes = sum(code[7] == "9" for code in codes)
    print(options, "test codes:", test_codes, "of", len(codes), "- signs:", *sorted({code[6] for code in codes}))
PYTHON
cat > "$folder/expected" <<'SEEN'
Faker 40.63.0
email at example.com example.net example.org
{} test codes: 0 of 1000 - signs: - A
{'artificial': True} test codes: 1000 of 1000 - signs: - A
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
