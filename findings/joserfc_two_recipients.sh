#!/bin/bash
# joserfc: a token encrypted for two recipients (JWE, general JSON serialization), read by one of them.
# Guess:   each reads it with its own key, which is what several recipients are for (RFC 7516 section 5.2 leaves it to
#          the application how many must succeed).
# Happens: with one's own key DecodeError, with a set of one's own keys InvalidKeyIdError for the *other's* kid; only
#          who holds every recipient's private key reads it. verify_all_recipients=False helps with a key, not with a
#          set of keys. jwcrypto reads the same token with either key.
# So:      JWERegistry(verify_all_recipients=False), and pick the key by kid oneself.
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
from joserfc.jwk import KeySet, RSAKey

print(f"joserfc {version('joserfc')}, jwcrypto {version('jwcrypto')}")
ours, theirs = (RSAKey.generate_key(2048, {"kid": kid}) for kid in ("ours", "theirs"))
message = jwe.GeneralJSONEncryption({"enc": "A128GCM"}, b"read")
for key in (ours, theirs):
    message.add_recipient({"alg": "RSA-OAEP", "kid": key.kid}, key)
token = jwe.encrypt_json(message, None, algorithms=["RSA-OAEP", "A128GCM"])
for every in (True, False):
    registry = jwe.JWERegistry(algorithms=["RSA-OAEP", "A128GCM"], verify_all_recipients=every)
    for name, keys in (("our key", ours), ("our set", KeySet([ours])), ("all keys", KeySet([ours, theirs]))):
        try:
            print(f"all={every}, {name}:", jwe.decrypt_json(token, keys, registry=registry).plaintext.decode())
        except JoseError as error:
            print(f"all={every}, {name}: {type(error).__name__}")
other = jwcrypto.jwe.JWE()
other.deserialize(json.dumps(token), jwcrypto.jwk.JWK(**ours.as_dict(private=True)))
print("jwcrypto, our key:", other.payload.decode())
PYTHON
cat > "$folder/expected" <<'SEEN'
joserfc 1.8.0, jwcrypto 1.6.1
all=True, our key: DecodeError
all=True, our set: InvalidKeyIdError
all=True, all keys: read
all=False, our key: read
all=False, our set: InvalidKeyIdError
all=False, all keys: read
jwcrypto, our key: read
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
