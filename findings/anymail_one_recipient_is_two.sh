#!/bin/bash
# django-anymail: what became of a message to an address whose domain has letters outside ASCII.
# Guess:   a message to one person has one recipient, who was sent to or refused, and a refusal is an exception as for
#          any other address.
# Happens: the domain is sent as "xn--…", and providers that name the address in their answer (Mailjet, Postmark) name
#          it so. anymail compares it with what it was given and has two recipients: taken, the message is "sent" and
#          "failed" at once and has two numbers, one of them None; refused, nothing is raised and send() returns 1.
# So:      encode the domain before the message is made, or judge by the single recipients: taken if one of them is.
#          (mailing/answers.py here, number_of_taken)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "django==5.2.19" "django-anymail==15.2" 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version

import django
from django.conf import settings
from django.core.mail import EmailMessage, get_connection


class Provider(BaseHTTPRequestHandler):
    """Answers as the two providers do, with the address as it was sent."""

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if "Messages" in asked:  # Mailjet: taken
            address = asked["Messages"][0]["To"][0]["Email"]
            status, answer = 200, {"Messages": [{"Status": "success", "To": [{"Email": address, "MessageID": 17}]}]}
        else:  # Postmark: refused
            text = f"Found inactive addresses: {asked['To']}. Inactive recipients are ones that have generated a bounce."
            status, answer = 422, {"ErrorCode": 406, "Message": text}
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


server = HTTPServer(("127.0.0.1", 0), Provider)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/"
keys = {"MAILJET_API_KEY": "k", "MAILJET_SECRET_KEY": "k", "POSTMARK_SERVER_TOKEN": "k"}
settings.configure(
    ANYMAIL={**keys, "MAILJET_API_URL": url, "POSTMARK_API_URL": url}, INSTALLED_APPS=["anymail"], SECRET_KEY="x"
)
django.setup()
print("django-anymail", version("django-anymail"))

for provider, said in (("mailjet", "taken"), ("postmark", "refused")):
    for address in ("maija@buecher.example", "maija@bücher.example"):
        message = EmailMessage("Subject", "Text", "sender@example.com", [address])
        try:
            answer = get_connection(f"anymail.backends.{provider}.EmailBackend").send_messages([message])
        except Exception as error:
            answer = type(error).__name__
        status = message.anymail_status
        found = f"{sorted(status.status)}, number {sorted(map(str, {each.message_id for each in status.recipients.values()}))}"
        print(f"{provider} has {said} {address}: {answer}, {found}")
PYTHON
cat > "$folder/expected" <<'SEEN'
django-anymail 15.2
mailjet has taken maija@buecher.example: 1, ['sent'], number ['17']
mailjet has taken maija@bücher.example: 1, ['failed', 'sent'], number ['17', 'None']
postmark has refused maija@buecher.example: AnymailRecipientsRefused, ['rejected'], number ['None']
postmark has refused maija@bücher.example: 1, ['rejected', 'unknown'], number ['None']
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
