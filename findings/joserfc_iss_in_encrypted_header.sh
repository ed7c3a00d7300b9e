#!/bin/bash
# joserfc: claims repeated in the header of an encrypted token.
# Guess:   RFC 7519 § 5.3 allows `iss`, `sub` and `aud` there, and certified OpenID providers write them, so a
#          library for these RFCs reads them.
# Happens: both encrypting and decrypting raise UnsupportedHeaderError, unless the registry is made with
#          strict_check_header=False.
# So:      identity/tokens.py makes it so, and checks by itself the header parameters that matter.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check joserfc==1.8.0 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
from importlib.metadata import version

from joserfc import jwe
from joserfc.errors import UnsupportedHeaderError
from joserfc.jwk import RSAKey

print("joserfc", version("joserfc"))
algorithms = ["RSA-OAEP", "A128GCM"]
key = RSAKey.generate_key(2048)
header = {"alg": "RSA-OAEP", "enc": "A128GCM", "iss": "https://broker.example", "aud": "client"}
strict = jwe.JWERegistry(algorithms=algorithms)
lenient = jwe.JWERegistry(algorithms=algorithms, strict_check_header=False)
token = jwe.encrypt_compact(header, b"{}", key, registry=lenient)
try:
    print("strict:", jwe.decrypt_compact(token, key, registry=strict).plaintext)
except UnsupportedHeaderError as error:
    print("strict:", type(error).__name__)
print("lenient:", jwe.decrypt_compact(token, key, registry=lenient).plaintext)
PYTHON
cat > "$folder/expected" <<'SEEN'
joserfc 1.8.0
strict: UnsupportedHeaderError
lenient: b'{}'
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
