#!/bin/bash
# dkimpy: which header fields it signs in a letter that offers unsubscribing with one click (RFC 8058).
# Guess:   the fields that a receiver acts upon are signed by default, and List-Unsubscribe is.
# Happens: List-Unsubscribe is, List-Unsubscribe-Post is not, although RFC 8058 (section 4) wants both under the
#          signature: a mailbox that keeps to it shows no button. The signature itself is good, and nothing tells.
#          The list is that of RFC 6376, which is older; nodemailer has added the field to its own.
# So:      name the fields with include_headers.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check dkimpy==1.1.8 cryptography==50.0.2 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
import re
from importlib.metadata import version

import dkim
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

print("dkimpy", version("dkimpy"))
MESSAGE = b"""From: sender@housing.example
To: reader@housing.example
Subject: News
List-Unsubscribe: <https://housing.example/leave/1>
List-Unsubscribe-Post: List-Unsubscribe=One-Click

Hello
""".replace(b"\n", b"\r\n")
key = rsa.generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
header = dkim.sign(MESSAGE, b"mail", b"housing.example", key).decode()
signed = re.search(r"h=([^;]*);", header)[1].split()
print("signed:", *(name for name in signed if name != ":"))
PYTHON
cat > "$folder/expected" <<'SEEN'
dkimpy 1.1.8
signed: from to subject list-unsubscribe from
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
