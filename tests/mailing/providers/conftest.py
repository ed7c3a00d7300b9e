import sys
import types

import pytest

from mailing import worker
from mailing.models import Letter
from tests import servers
from tests.mailing.letters import queued
from tests.mailing.providers.accounts import TAKEN, encoded, settings_of


class _Interface(servers.Handler):
    answers = (200, b"", {})
    requests: list[str] = []

    def do_POST(self):
        self.requests.append(self.body().decode())
        self.answer(*self.answers)


@pytest.fixture(scope="session")
def _interface():
    with servers.running(servers.Server(_Interface)) as server:
        yield server.server_port


@pytest.fixture
def deliver(_interface, settings):
    """Return a function that delivers a letter by a provider that answers so; it returns the letter and what left."""

    def delivering(by, answer=None, **different):
        _Interface.answers = encoded(*(answer or TAKEN[by]))
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
