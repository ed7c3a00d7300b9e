#!/bin/bash
# phonenumbers: a Finnish personal identity code in the field for the telephone number.
# Guess:   eleven characters with a letter at the end, or in the middle, are no telephone number.
# Happens: the letters are dropped, the day of birth is taken for an area code, and of the codes of a year more than
#          half are *valid* numbers. Such a code is then stored, shown and dialled as a telephone number. (Only codes
#          with the numbers 900-909 are tried here, which nobody has.)
# So:      look for an identity code first, and say so to whoever typed it into the wrong field.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check phonenumbers==9.0.43 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
import datetime as dt

import phonenumbers

print("phonenumbers", phonenumbers.__version__)
CHECK = "0123456789ABCDEFHJKLMNPRSTUVWXY"


def number_of(typed):
    try:
        number = phonenumbers.parse(typed, "FI")
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


for sign, year in (("-", 1994), ("Y", 1994), ("A", 2004)):
    codes = []
    for n in range(365):
        digits = (dt.date(year, 1, 1) + dt.timedelta(days=n)).strftime("%d%m%y")
        codes += [f"{digits}{sign}{nth}{CHECK[int(f'{digits}{nth}') % 31]}" for nth in range(900, 910)]
    valid = [code for code in codes if number_of(code)]
    first = phonenumbers.format_number(number_of(valid[0]), phonenumbers.PhoneNumberFormat.E164)
    print(f"{year}, {sign}: {len(valid)} of {len(codes)} valid, the first is {valid[0]}, read as {first}")
PYTHON
cat > "$folder/expected" <<'SEEN'
phonenumbers 9.0.43
1994, -: 2051 of 3650 valid, the first is 010194-900R, read as +35810194900
1994, Y: 2051 of 3650 valid, the first is 010194Y900R, read as +35810194900
2004, A: 2033 of 3650 valid, the first is 010104A900H, read as +35810104900
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
