#!/bin/bash
# joserfc: an encrypted token in the JSON serialization (JWE) that another library has made.
# Guess:   the protected header is authenticated in the bytes that were sent (RFC 7516), so blanks in its JSON do not
#          matter; in the compact serialization they do not.
# Happens: joserfc writes the header anew, without blanks, and authenticates that: DecodeError for a header of any
#          other spelling. Python's json.dumps writes blanks unless told not to, and jwcrypto sends the header
#          as it was given.
# So:      the compact serialization between strangers, or headers without blanks where one is the sender.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check joserfc==1.8.0 jwcrypto==1.6.1 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
import json
from importlib.metadata import version

import jwcrypto.jwe
import jwcrypto.jwk
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

print(f"joserfc {version('joserfc')}, jwcrypto {version('jwcrypto')}")
ALGORITHMS = ["RSA-OAEP", "A128GCM"]
key = RSAKey.generate_key(2048)
for name, separators in (("without blanks", (",", ":")), ("with blanks", None)):
    header = json.dumps({"alg": "RSA-OAEP", "enc": "A128GCM"}, separators=separators)
    made = jwcrypto.jwe.JWE(b"read", protected=header)
    made.add_recipient(jwcrypto.jwk.JWK(**key.as_dict(private=True)))
    compact = jwe.decrypt_compact(made.serialize(compact=True), key, algorithms=ALGORITHMS)
    print(f"{name}, compact:", compact.plaintext.decode())
    try:
        read = jwe.decrypt_json(json.loads(made.serialize()), key, algorithms=ALGORITHMS)
        print(f"{name}, JSON:", read.plaintext.decode())
    except JoseError as error:
        print(f"{name}, JSON: {type(error).__name__}")
PYTHON
cat > "$folder/expected" <<'SEEN'
joserfc 1.8.0, jwcrypto 1.6.1
without blanks, compact: read
without blanks, JSON: read
with blanks, compact: read
with blanks, JSON: DecodeError
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
