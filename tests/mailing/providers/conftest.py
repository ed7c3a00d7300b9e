import http.server
import sys
import threading
import types

import pytest

from mailing import worker
from mailing.models import Letter
from tests.mailing.letters import queued
from tests.mailing.providers.accounts import TAKEN, encoded, settings_of


class _Interface(http.server.BaseHTTPRequestHandler):
    answer = (200, b"", {})
    requests: list[str] = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.requests.append(body.decode())
        status, answer, headers = self.answer
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(answer))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="session")
def _interface():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Interface)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def deliver(_interface, settings):
    """Return a function that delivers a letter by a provider that answers so; it returns the letter and what left."""

    def delivering(by, answer=None, **different):
        _Interface.answer = encoded(*(answer or TAKEN[by]))
        _Interface.requests.clear()
        settings.EMAIL_BACKEND = f"anymail.backends.{by}.EmailBackend"
        settings.ANYMAIL = {**settings.ANYMAIL, **settings_of(by, f"http://127.0.0.1:{_interface}/")}
        letter = queued(**different)
        worker.deliver_due_letters()
        return Letter.objects.get(pk=letter.pk), list(_Interface.requests)

    return delivering


class ClientError(Exception):
    """As botocore's: with the parsed answer."""

    def __init__(self, code, text, status):
        super().__init__(text)
        self.response = {"Error": {"Code": code, "Message": text}, "ResponseMetadata": {"HTTPStatusCode": status}}


@pytest.fixture
def ses(monkeypatch, settings):
    """Stand in for boto3, which users of Amazon SES install; return what its client was asked, and its error."""
    asked = types.SimpleNamespace(calls=[], error=None)

    class Client:
        def send_email(self, **parameters):
            asked.calls.append(parameters)
            if asked.error:
                raise asked.error if isinstance(asked.error, Exception) else ClientError(*asked.error)
            return {"MessageId": "n-1"}

        def close(self):
            pass

    session = types.SimpleNamespace(client=lambda *_arguments, **_parameters: Client())
    errors = {"BotoCoreError": OSError, "ClientError": ClientError, "ConnectionError": OSError}
    for name, content in {
        "boto3": {"session": types.SimpleNamespace(Session=lambda **_parameters: session)},
        "botocore": {},
        "botocore.client": {"Config": lambda **_parameters: None},
        "botocore.exceptions": errors,
    }.items():
        module = types.ModuleType(name)
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.delitem(sys.modules, "anymail.backends.amazon_ses", raising=False)
    settings.EMAIL_BACKEND = "anymail.backends.amazon_ses.EmailBackend"
    settings.ANYMAIL = {**settings.ANYMAIL, "IGNORE_UNSUPPORTED_FEATURES": False}
    yield asked
    sys.modules.pop("anymail.backends.amazon_ses", None)
