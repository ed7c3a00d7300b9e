"""Reports as each provider posts them: what every one of them holds, and how it proves from whom it is."""

import base64
import datetime as dt
import functools
import hashlib
import hmac
import json
from urllib.parse import urlencode

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.mailing.providers.accounts import TO

SECRET = "provider:a long secret"
AUTHORIZED = {"Authorization": "Basic " + base64.b64encode(SECRET.encode()).decode()}
KEY = "a key to sign with"
AT = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)
SINGLE = {"amazon_ses", "brevo", "mailersend", "mailgun", "postal", "postmark", "resend"}
UNSIGNED_URL = "https://confirm.example/anymail/mandrill/"


@functools.cache
def _postal_key():
    return rsa.generate_private_key(65537, 2048)


def settings_of_reports():
    """Return settings.ANYMAIL with which the reports of all providers are taken."""
    public = (
        _postal_key()
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return {
        "WEBHOOK_SECRET": [SECRET],
        "MAILERSEND_SIGNING_SECRET": KEY,
        "MAILGUN_WEBHOOK_SIGNING_KEY": KEY,
        "MANDRILL_WEBHOOK_KEY": KEY,
        "MANDRILL_WEBHOOK_URL": UNSIGNED_URL,
        "POSTAL_WEBHOOK_KEY": "".join(public.decode().splitlines()[1:-1]),
        "UNISENDER_GO_API_KEY": KEY,
    }


def signature_of_mailgun():
    """Return what Mailgun signs: a time and a token, not the report."""
    return hmac.new(KEY.encode(), b"1token", hashlib.sha256).hexdigest()


def number_of(key, number="n-1"):
    """Return the provider's number of a letter as its reports and answers give it."""
    return f"<{number}>" if key == "mailgun" else number


def event_of(key, said, *, letter="", number="n-1", at=AT):
    """Return a whole report of a provider, given what it says of the letter."""
    named = {"letter": letter} if letter else {}
    seconds, iso = int(at.timestamp()), at.isoformat().replace("+00:00", "Z")
    match key:
        case "amazon_ses":
            headers = [{"name": "X-Metadata", "value": json.dumps(named)}]
            mail = {"messageId": number, "destination": [TO], "headers": headers, "timestamp": iso}
            event = {"Type": "Notification", "MessageId": iso, "Timestamp": iso, "TopicArn": "arn:aws:sns:eu:1:t"}
            return {**event, "Message": {**said, "mail": mail}}
        case "brevo":
            about = {"email": TO, "message-id": number, "ts_epoch": seconds * 1000}
            return {**about, "X-Mailin-custom": json.dumps(named), **said}
        case "mailersend":
            email = {"message": {"id": number}, "recipient": {"email": TO}, "tags": []}
            data = {"id": iso, "created_at": iso, "email": email, "morph": None, **said}
            return {"type": f"activity.{said['type']}", "data": data}
        case "mailgun":
            about = {"timestamp": float(seconds), "recipient": TO, "user-variables": named, "tags": []}
            data = {**about, "message": {"headers": {"message-id": number}}, **said}
            return {"signature": {}, "event-data": data}
        case "mailjet":
            return {"time": seconds, "MessageID": number, "email": TO, "Payload": json.dumps(named), **said}
        case "mailtrap":
            about = {"timestamp": seconds, "message_id": number, "email": TO, "event_id": iso}
            return {**about, "custom_variables": named, "sending_stream": "transactional", **said}
        case "mandrill":
            about = {"ts": seconds, "_id": number}
            return {**about, **said, "msg": {"email": TO, "metadata": named, "tags": [], **said.get("msg", {})}}
        case "postal":
            message = {"id": number, "to": TO, "direction": "outgoing", "tag": None}
            which = "original_message" if "bounce" in said else "message"
            return {"event": "Message", "timestamp": seconds, "uuid": iso, "payload": {which: message, **said}}
        case "postmark":
            when = "DeliveredAt" if said["RecordType"] == "Delivery" else "BouncedAt"
            about = {"MessageID": number, "Metadata": named, "Email": TO, "ID": seconds, "Tag": ""}
            return {**about, when: iso, **said}
        case "resend":
            headers = [{"name": "X-Metadata", "value": json.dumps(named)}]
            data = {"email_id": number, "to": [TO], "headers": headers, "created_at": iso}
            return {"created_at": iso, "type": said["type"], "data": {**data, **said.get("data", {})}}
        case "sendgrid":
            return {"timestamp": seconds, "email": TO, "anymail_id": number, "sg_event_id": iso, **named, **said}
        case "sparkpost":
            about = {"timestamp": str(seconds), "raw_rcpt_to": TO, "transmission_id": number, "event_id": iso}
            return {"msys": {"message_event": {**about, "rcpt_meta": named, "campaign_id": None, **said}}}
        case "unisender_go":
            data = {"job_id": number, "metadata": named, "email": TO, "event_time": at.strftime("%Y-%m-%d %H:%M:%S")}
            return {"event_name": "transactional_email_status", "event_data": {**data, **said}}


def body_of(key, events):
    """Return the body of a post of these reports, before it is signed."""
    if key in SINGLE:
        [body] = events
        return body
    return {
        "mailtrap": {"events": events},
        "unisender_go": {"auth": "", "events_by_user": [{"user_id": 1, "events": events}]},
    }.get(key, events)


def post(client, key, body):
    """Post a body as the provider does, signed, and return the response."""
    path = f"/anymail/{key}/" if key == "mandrill" else f"/anymail/{key}/tracking/"
    headers = {**AUTHORIZED}
    kind = "application/json"
    if key == "amazon_ses" and isinstance(body, dict):
        for name in ("Type", "MessageId"):
            headers[f"x-amz-sns-message-{'type' if name == 'Type' else 'id'}"] = str(body.get(name, "<<missing>>"))
        if "Message" in body:
            body = {**body, "Message": json.dumps(body["Message"])}
    if key == "mailgun" and isinstance(body, dict) and isinstance(body.get("signature"), dict):
        signed = {"timestamp": "1", "token": "token", "signature": signature_of_mailgun()}
        body = {**body, "signature": signed}
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    if key == "mandrill":
        events = data.decode(errors="replace")
        text = f"{UNSIGNED_URL}mandrill_events{events}"
        signed = base64.b64encode(hmac.new(KEY.encode(), text.encode(), hashlib.sha1).digest()).decode()
        headers["X-Mandrill-Signature"] = signed
        kind, data = "application/x-www-form-urlencoded", urlencode({"mandrill_events": events}).encode()
    if key == "mailersend":
        headers["Signature"] = hmac.new(KEY.encode(), data, hashlib.sha256).hexdigest()
    if key == "postal":
        signed = _postal_key().sign(data, padding.PKCS1v15(), hashes.SHA1())
        headers["X-Postal-Signature"] = base64.b64encode(signed).decode()
    if key == "unisender_go" and isinstance(body, dict) and "auth" in body:
        body = {**body, "auth": KEY}
        signed = hashlib.md5(json.dumps(body).encode()).hexdigest()
        data = json.dumps({**body, "auth": signed}).encode()
    return client.post(path, data, content_type=kind, headers=headers)
