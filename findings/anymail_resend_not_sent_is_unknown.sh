#!/bin/bash
# django-anymail, Resend: reports of messages that were not sent at all.
# Guess:   an event for which Resend has a type of its own, such as "email.suppressed" (the address is on its list) and
#          "email.failed" (our quota is used up), is "rejected" or "failed", as with other providers.
# Happens: both are "unknown", without reason and description, like whatever anymail has never heard of. Who follows
#          the known types only counts the message as sent for ever. And an answer of somebody on holiday is "bounced",
#          like an address that does not exist.
# So:      read the provider's own type in `esp_event` first. (mailing/reports.py here)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "django==5.2.19" "django-anymail==15.2" 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
import json
from importlib.metadata import version

import django
from django.conf import settings
from django.test import RequestFactory

settings.configure(ANYMAIL={"WEBHOOK_SECRET": "name:password"}, INSTALLED_APPS=["anymail"], SECRET_KEY="x")
django.setup()

from anymail.webhooks.resend import ResendTrackingWebhookView

print("django-anymail", version("django-anymail"))
ABOUT = {"email_id": "1", "to": ["maija@example.com"], "from": "a@example.com", "created_at": "2026-11-29T10:00:00Z"}
for kind, data in (
    ("email.suppressed", {"suppressed": {"type": "OnAccountSuppressionList", "message": "On the list"}}),
    ("email.failed", {"failed": {"reason": "reached_daily_quota"}}),
    ("email.bounced", {"bounce": {"type": "Permanent", "subType": "General", "message": "No"}}),
    ("email.bounced", {"bounce": {"type": "Transient", "subType": "General", "message": "No"}}),
):
    body = json.dumps({"type": kind, "created_at": "2026-11-29T10:00:00Z", "data": {**ABOUT, **data}})
    request = RequestFactory().post("/", body, content_type="application/json")
    (event,) = ResendTrackingWebhookView().parse_events(request)
    said = " ".join(str(each) for part in data.values() for each in part.values())
    print(f"{kind} ({said}): {event.event_type} / {event.reject_reason} / {event.description}")
PYTHON
cat > "$folder/expected" <<'SEEN'
django-anymail 15.2
email.suppressed (OnAccountSuppressionList On the list): unknown / None / None
email.failed (reached_daily_quota): unknown / None / None
email.bounced (Permanent General No): bounced / other / No
email.bounced (Transient General No): bounced / other / No
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
