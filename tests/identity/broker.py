"""A broker of the tests' own: a real server on this machine that speaks the dialect, and can misbehave."""

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from joserfc import jwe, jws, jwt
from joserfc.jwk import RSAKey

ACR = "http://ftn.ficora.fi/2017/loatest2"


def base64url(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def sign(claims, key, header=None, algorithms=("RS256",)):
    """Return a JWS whose header has what `header` says, and lacks what it sets to None."""
    full = {"alg": "RS256", "typ": "JWT", "kid": key.kid, **(header or {})}
    full = {name: value for name, value in full.items() if value is not None}
    registry = jws.JWSRegistry(algorithms=list(algorithms), strict_check_header=False)
    return jws.serialize_compact(full, json.dumps(claims), key, registry=registry)


def encrypt(token, key, header=None, algorithms=("RSA-OAEP", "A128CBC-HS256"), *, long_headers=False):
    full = {"alg": "RSA-OAEP", "enc": "A128CBC-HS256", "cty": "JWT", "kid": key.kid, **(header or {})}
    full = {name: value for name, value in full.items() if value is not None}
    public = RSAKey.import_key({name: key[name] for name in ("kty", "n", "e")})
    registry = jwe.JWERegistry(algorithms=list(algorithms), strict_check_header=False)
    registry.max_protected_header_length *= 8 if long_headers else 1
    return jwe.encrypt_compact(full, token, public, registry=registry)


class Broker:
    """One broker: its keys, the codes that it gave, and how it behaves."""

    sends_back = False  # browsers, at once, and without a page of its own

    def __init__(self, key, own_enc):
        self.key, self.own_enc = key, own_enc
        self.published = [key]
        self.behaviour = self.jwks_behaviour = self.userinfo_behaviour = self.choice_behaviour = "good"
        self.entity_key, self.signed_set, self.set_header = None, {}, {}  # of a signed set of keys
        self.published_claims = None  # what a broker's guide shows, in place of claims of our own making
        self.userinfo, self.access_token = {}, None
        self.authorization = None  # the header of the last call of the token endpoint
        self.choice = {}
        self.asked = []  # the request objects that it got
        self.codes, self.assertions, self.calls = {}, set(), []
        self.more_claims = {}
        self.ahead = 0  # seconds by which its clock is fast
        self.released = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def stop(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def settings(self, **more):
        return {
            "id": "test",
            "name": {"fi": "Testipankki", "sv": "Testbanken", "en": "Test bank"},
            "dialect": "signicat",
            "issuer": self.url,
            "client_id": "heka-confirm",
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "acr_values": [ACR],
            "acr_accepted": [ACR],
            **more,
        }

    def authorize(self, request_object, who, own_sig, method="nordea"):
        """Return the query with which the browser comes back, after `who` has identified themselves."""
        asked = jwt.decode(request_object, own_sig, algorithms=["RS256"]).claims
        self.asked.append(asked)
        code = secrets.token_urlsafe(16)
        self.codes[code] = (asked, who, method)
        return {"code": code, "state": asked["state"], "iss": self.url}

    def audiences(self, own_sig):
        """Return to whom the assertions that came were addressed."""
        return [jwt.decode(text, own_sig, algorithms=["RS256"]).claims["aud"] for text in self.assertions]

    def claims(self, asked, who, method, access_token):
        now = int(time.time())
        if self.published_claims is not None:
            own = {"iss": self.url, "aud": asked["client_id"], "iat": now, "exp": now + 600, "nonce": asked["nonce"]}
            said = {"sub": "transient", **self.published_claims, **own, **self.more_claims}
            return {name: value for name, value in said.items() if value is not None}
        return {
            "iss": self.url,
            "aud": asked["client_id"],
            "sub": secrets.token_hex(8),
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "nonce": asked["nonce"],
            "acr": ACR,
            "at_hash": base64url(hashlib.sha256(access_token.encode()).digest()[:16]),
            "nin": who["hetu"],
            "given_name": who["first_names"],
            "family_name": who["last_name"],
            "ftn_idp": method,
            **self.more_claims,
        }

    def answer(self, form):
        """Return status and body of the token endpoint."""
        assertion = form.get("client_assertion", "")
        asked, who, method = self.codes.pop(form.get("code"), (None, None, None))
        if asked is None or assertion in self.assertions:
            return 400, {"error": "invalid_grant"}
        self.assertions.add(assertion)
        challenge = base64url(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if challenge != asked.get("code_challenge", challenge) or form["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        self.access_token = access_token = secrets.token_urlsafe(16)
        claims = self.claims(asked, who, method, access_token)
        token = encrypt(sign(claims, self.key), self.own_enc)
        return 200, {"access_token": access_token, "token_type": "Bearer", "id_token": token}

    def signed_keys(self, keys):
        """Return the signed set of keys, as OP publishes it."""
        now = int(time.time())
        claims = {"keys": keys, "iss": self.url, "sub": self.url, "iat": now, "exp": now + 3600, **self.signed_set}
        header = {"typ": "jwk-set+jwt", **self.set_header}
        claims = {name: value for name, value in claims.items() if value is not None}
        return sign(claims, self.entity_key, header).encode()

    def _handler(self):
        broker = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                broker.calls.append(self.path)
                broker.authorization = self.headers["Authorization"]
                self.behave(
                    broker.behaviour,
                    lambda: broker.answer({name: values[0] for name, values in form.items()}),
                )

            def do_GET(self):
                broker.calls.append(self.path)
                path = self.path.partition("?")[0]
                keys = [key.as_dict(private=False) for key in broker.published]
                if path == "/authorize" and broker.sends_back:
                    self.send_response(302)
                    self.send_header("Location", broker.way_back(self.path))
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                elif path == "/userinfo":
                    is_known = self.headers["Authorization"] == f"Bearer {broker.access_token}"
                    answer = (200, broker.userinfo) if is_known else (401, {})
                    self.behave(broker.userinfo_behaviour, lambda: answer)
                elif path == "/jwks/broker-signed":
                    self.behave(broker.jwks_behaviour, lambda: (200, broker.signed_keys(keys)))
                elif path.startswith("/api/embedded-ui/"):
                    self.behave(broker.choice_behaviour, lambda: (200, broker.choice[self.path.rpartition("=")[2]]))
                else:
                    self.behave(broker.jwks_behaviour, lambda: (200, {"keys": keys}))

            def behave(self, behaviour, good):
                if behaviour == "hang":
                    broker.released.wait(30)
                    return
                if behaviour == "slow":
                    broker.released.wait(1)
                if behaviour == "hang up":
                    self.close_connection = True
                    return
                if behaviour == "drip":
                    self.drip()
                    return
                status, body, headers = {
                    "html": (200, b"<html>maintenance</html>", {"Content-Type": "text/html"}),
                    "redirect": (302, b"", {"Location": f"{broker.url}/elsewhere"}),
                    "redirect to nowhere": (302, b"", {"Location": "http://["}),
                    "huge": (200, b" " * 100_000_000, {}),
                    "error": (500, b"{}", {}),
                    "refuse": (401, b'{"error": "invalid_client", "error_description": "010594Y9032"}', {}),
                    "list": (200, b"[]", {}),
                    "deep": (200, b"[" * 100_000, {}),
                }.get(behaviour) or self.good(*good())
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except ConnectionError:
                    broker.calls.append("hung up")

            def good(self, status, answer):
                body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                return status, body, {}

            def drip(self):
                self.send_response(200)
                self.send_header("Content-Length", "1000")
                self.end_headers()
                try:
                    while not broker.released.wait(0.05):
                        self.wfile.write(b" ")
                        self.wfile.flush()
                except ConnectionError:
                    broker.calls.append("hung up")

            def date_time_string(self, timestamp=None):
                return super().date_time_string(time.time() + broker.ahead)

            def log_message(self, *args):
                pass

        return Handler
