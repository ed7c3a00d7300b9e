#!/bin/bash
# joserfc: a provider's set of keys (JWKS) in which one key is of a kind that the library does not know.
# Guess:   that key is passed over, as RFC 7517 (section 5) recommends, and the others are read; a key of an unknown
#          `kty` is.
# Happens: an unknown curve is a bare KeyError (no error of the library's own), and a `use` beside sig and enc, which
#          section 4.2 allows and directories of open banking have ("tls"), is KeyParameterError. Each time the whole
#          set is lost: on the day a provider adds a key for somebody else, nobody can sign in. PyJWT and jwcrypto
#          read both sets.
# So:      import the keys one by one, only those with a kid and kty that are wanted (identity/signatures.py).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    joserfc==1.8.0 jwcrypto==1.6.1 pyjwt==2.15.1 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
import json
from importlib.metadata import version

import jwt
from joserfc.jwk import KeySet, RSAKey
from jwcrypto.jwk import JWKSet

print(*(f"{name} {version(name)}" for name in ("joserfc", "jwcrypto", "PyJWT")), sep=", ")
known = RSAKey.generate_key(2048, {"kid": "1", "use": "sig"}).as_dict()
READERS = {
    "joserfc": lambda keys: KeySet.import_key_set(keys).get_by_kid("1").kid,
    "jwcrypto": lambda keys: next(iter(JWKSet.from_json(json.dumps(keys)).get_keys("1")))["kid"],
    "PyJWT": lambda keys: jwt.PyJWKSet.from_dict(keys)["1"].key_id,
}
for name, other in (
    ("unknown kty", {"kty": "NEW", "kid": "2"}),
    ("unknown crv", {"kty": "OKP", "crv": "New25519", "x": "AAAA", "kid": "2"}),
    ("unknown use", {**known, "use": "tls", "kid": "2"}),
):
    seen = []
    for library, read in READERS.items():
        try:
            seen.append(f"{library} reads key {read({'keys': [known, other]})}")
        except Exception as error:
            seen.append(f"{library} {type(error).__name__}")
    print(f"{name}:", ", ".join(seen))
PYTHON
cat > "$folder/expected" <<'SEEN'
joserfc 1.8.0, jwcrypto 1.6.1, PyJWT 2.15.1
unknown kty: joserfc reads key 1, jwcrypto reads key 1, PyJWT reads key 1
unknown crv: joserfc KeyError, jwcrypto reads key 1, PyJWT reads key 1
unknown use: joserfc KeyParameterError, jwcrypto reads key 1, PyJWT reads key 1
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
