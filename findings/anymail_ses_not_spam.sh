#!/bin/bash
# django-anymail, Amazon SES: the feedback of a reader.
# Guess:   "complained" means that somebody reported the message as spam.
# Happens: SES's feedback type "not-spam" (the reader took the message out of the spam folder) is "complained / spam"
#          too; the type stands in `description` alone.
# So:      whoever stops writing to people that complained stops writing to those who rescued a message.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "django==5.2.19" "django-anymail[amazon-ses]==15.2" 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
import django
from django.conf import settings

settings.configure(ANYMAIL={"WEBHOOK_SECRET": "name:password"}, INSTALLED_APPS=["anymail"], SECRET_KEY="x")
django.setup()

from importlib.metadata import version

from anymail.webhooks.amazon_ses import AmazonSESTrackingWebhookView

print("django-anymail", version("django-anymail"))
AT, WHOM = "2026-11-28T10:00:00.000Z", [{"emailAddress": "maija@example.com"}]
MAIL = {"timestamp": AT, "messageId": "1", "destination": ["maija@example.com"], "tags": {}, "headers": []}


def show(name, **report):
    (event,) = AmazonSESTrackingWebhookView().esp_to_anymail_events({"mail": MAIL, **report}, {"MessageId": "2"})
    print(f"{name}: {event.event_type} / {event.reject_reason} / {event.description}")


for kind in ("abuse", "not-spam"):
    show(kind, eventType="Complaint", complaint={"complainedRecipients": WHOM, "complaintFeedbackType": kind, "timestamp": AT})
PYTHON
cat > "$folder/expected" <<'SEEN'
django-anymail 15.2
abuse: complained / spam / abuse
not-spam: complained / spam / not-spam
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
