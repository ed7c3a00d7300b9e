#!/bin/bash
# standardwebhooks (PyPI): signing a webhook at a time that has a time zone.
# Guess:   an aware datetime is one moment, in whatever zone it is written, so its signature is the same.
# Happens: the zone is replaced, not converted: 11:00 in Helsinki is signed as 11:00 UTC, two or three hours ahead
#          of the moment, and the receiver refuses the message, whose header says the right second. With UTC, and
#          with a naive time in UTC, all is well, as in tests on servers that run in UTC.
# So:      .astimezone(timezone.utc) before sign().
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check standardwebhooks==1.1.0 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
import datetime as dt
from importlib.metadata import version
from zoneinfo import ZoneInfo

from standardwebhooks import Webhook, WebhookVerificationError

print("standardwebhooks", version("standardwebhooks"))
webhook = Webhook(b"a secret for this trial")
body = '{"event": "confirmed"}'
now = dt.datetime.now(dt.timezone.utc)
for name, moment in (("UTC", now), ("Helsinki", now.astimezone(ZoneInfo("Europe/Helsinki")))):
    headers = {
        "webhook-id": "1",
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": webhook.sign("1", moment, body),
    }
    try:
        print(f"{name}:", webhook.verify(body, headers))
    except WebhookVerificationError as error:
        print(f"{name}: {error}")
PYTHON
cat > "$folder/expected" <<'SEEN'
standardwebhooks 1.1.0
UTC: {'event': 'confirmed'}
Helsinki: No matching signature found
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
