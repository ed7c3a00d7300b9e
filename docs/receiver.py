"""An example receiver of events: `WEBHOOK_SECRET=whsec_… python3 receiver.py 8080`. Put TLS in front of it."""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))
TOLERANCE, LARGEST = 5 * 60, 64 * 1024  # seconds, bytes
seen = set()  # keep the ids in your database, in the transaction that does what an event asks for


def is_genuine(headers, body):
    id_, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit()) or abs(time.time() - int(timestamp)) > TOLERANCE:
        return False
    expected = base64.b64encode(hmac.digest(KEY, f"{id_}.{timestamp}.".encode() + body, hashlib.sha256))
    given = [each.partition(",") for each in headers.get("webhook-signature", "").split()]
    return any(version == "v1" and hmac.compare_digest(expected, one.encode()) for version, _, one in given)


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        body = self.rfile.read(int(length)) if length.isdigit() and int(length) <= LARGEST else b""
        genuine = is_genuine(self.headers, body)
        if genuine and self.headers["webhook-id"] not in seen:  # an event may come twice, and counts once
            event = json.loads(body)
            print(event["id"], event["type"], event["subject"], event["data"]["state"], flush=True)
            seen.add(self.headers["webhook-id"])
        self.send_response(204 if genuine else 401)  # 2xx: taken, also when it is the second time
        self.end_headers()


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
