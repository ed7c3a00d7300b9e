"""An account at each provider that anymail reaches by HTTP: its settings, and the answer when it takes a letter."""

import json

TO = "maija@example.test"
NUMBER = "n-1"  # the provider's of the letter


def settings_of(key, url):
    """Return settings.ANYMAIL for a provider whose interface is at this address."""
    prefix = key.upper()
    words = {"MAILJET": ("API_KEY", "SECRET_KEY"), "SCALEWAY": ("SECRET_KEY", "PROJECT_ID")}
    token = {"MAILERSEND": "API_TOKEN", "MAILTRAP": "API_TOKEN", "POSTMARK": "SERVER_TOKEN"}.get(prefix, "API_KEY")
    return {
        f"{prefix}_API_URL": url,
        **{f"{prefix}_{word}": "secret" for word in words.get(prefix, (token,))},
        "REQUESTS_TIMEOUT": 15,
        # What a provider cannot do is left out by us, not dropped by anymail.
        "IGNORE_UNSUPPORTED_FEATURES": False,
    }


# Status, body and headers.
TAKEN = {
    "brevo": (201, {"messageId": NUMBER}, {}),
    "mailersend": (202, "", {"X-Message-Id": NUMBER, "Content-Type": "text/html"}),
    "mailgun": (200, {"id": NUMBER, "message": "Queued. Thank you."}, {}),
    "mailjet": (200, {"Messages": [{"Status": "success", "To": [{"Email": TO, "MessageID": NUMBER}]}]}, {}),
    "mailtrap": (200, {"success": True, "message_ids": [NUMBER]}, {}),
    "mandrill": (200, [{"email": TO, "status": "queued", "_id": NUMBER}], {}),
    "postal": (200, {"status": "success", "data": {"messages": {TO: {"id": NUMBER, "token": "t"}}}}, {}),
    "postmark": (200, {"ErrorCode": 0, "Message": "OK", "MessageID": NUMBER, "To": TO}, {}),
    "resend": (200, {"id": NUMBER}, {}),
    "scaleway": (200, {"emails": [{"id": NUMBER, "mail_rcpt": TO, "status": "new"}]}, {}),
    "sendgrid": (202, "", {}),
    "sparkpost": (
        200,
        {"results": {"total_accepted_recipients": 1, "total_rejected_recipients": 0, "id": NUMBER}},
        {},
    ),
    "unisender_go": (200, {"status": "success", "job_id": NUMBER, "emails": [TO]}, {}),
}
NUMBERED_BY_ANYMAIL = {"sendgrid", "unisender_go"}  # which has the provider repeat its own number in reports


def encoded(status, body, headers=()):
    """Return an answer as it is sent."""
    is_json = not isinstance(body, str)
    kind = {"Content-Type": "application/json"} if is_json else {"Content-Type": "text/html"}
    return status, (json.dumps(body) if is_json else body).encode(), {**kind, **dict(headers)}
