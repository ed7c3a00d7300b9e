#!/bin/bash
# django-anymail, Amazon SES: what became of a message, by the fields that are the same for every provider.
# Guess:   event_type and reject_reason tell an address that does not exist from a full mailbox, from an automatic
#          answer ("I am on holiday"), and from a delay; and "complained" means that somebody reported spam.
# Happens: the first three are "bounced / bounced" alike, and a delay is "unknown". A reader who takes the message
#          *out* of the spam folder (feedback type "not-spam") is "complained / spam" too. SES's own word for each
#          stands in `description` alone.
# So:      never give up an address, or stop writing to somebody, by the two fields; read the description.
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


for kind, subtype in (("Permanent", "General"), ("Transient", "MailboxFull"), ("Transient", "General")):
    bounce = {"bounceType": kind, "bounceSubType": subtype, "bouncedRecipients": WHOM, "timestamp": AT}
    show(f"{kind} {subtype}", eventType="Bounce", bounce=bounce)
show("delay", eventType="DeliveryDelay", deliveryDelay={"delayType": "MailboxFull", "delayedRecipients": WHOM})
for kind in ("abuse", "not-spam"):
    complaint = {"complainedRecipients": WHOM, "complaintFeedbackType": kind, "timestamp": AT}
    show(kind, eventType="Complaint", complaint=complaint)
PYTHON
cat > "$folder/expected" <<'SEEN'
django-anymail 15.2
Permanent General: bounced / bounced / Permanent: General
Transient MailboxFull: bounced / bounced / Transient: MailboxFull
Transient General: bounced / bounced / Transient: General
delay: unknown / None / Unknown SES eventType 'DeliveryDelay'
abuse: complained / spam / abuse
not-spam: complained / spam / not-spam
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
