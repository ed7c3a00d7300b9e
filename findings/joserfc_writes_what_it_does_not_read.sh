#!/bin/bash
# joserfc: a signature whose header holds a certificate (x5c), as some brokers send them.
# Guess:   what the library signs it also reads.
# Happens: it signs a header of any size, and raises ExceededSizeError for one of more than 512 bytes when it reads;
#          one certificate is larger than that.
# So:      a registry of one's own with a larger max_header_length (identity/tokens.py).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check joserfc==1.8.0 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
from importlib.metadata import version

from joserfc import jws
from joserfc.errors import ExceededSizeError
from joserfc.jwk import RSAKey

print("joserfc", version("joserfc"))
key = RSAKey.generate_key(2048)
registry = jws.JWSRegistry(algorithms=["RS256"])
token = jws.serialize_compact({"alg": "RS256", "x5c": ["A" * 1200]}, b"{}", key, registry=registry)
print("signed:", len(token) > 1600)
try:
    print("read:", jws.deserialize_compact(token, key, registry=registry).payload)
except ExceededSizeError as error:
    print("read:", type(error).__name__, "-", error.description)
PYTHON
cat > "$folder/expected" <<'SEEN'
joserfc 1.8.0
signed: True
read: ExceededSizeError - Header size exceeds 512 bytes.
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
