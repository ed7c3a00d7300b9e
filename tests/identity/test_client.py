"""What a broker that misbehaves costs: never more than the deadline, and never a word of what it says."""

import gzip
import socket
import ssl
import threading
import time

import pytest
import time_machine
from urllib3.util import connection

from identity import client, providers
from identity.client import Deadline
from identity.refusals import BrokerRefused, BrokerUnreachable
from tests import egress
from tests.identity.published import set_up
from tests.ports import free_port
from tests.running.certificates import Authority
from tests.upstream import receivers


@pytest.fixture
def provider(broker):
    return providers.find("test")


def exchange(provider, seconds=5):
    return client.exchange(
        provider, code="c", verifier="v", redirect_uri="https://us.example", deadline=Deadline(seconds)
    )


@pytest.mark.parametrize(
    ("behaviour", "word"),
    [
        ("html", "not-json"),
        ("list", "not-json"),
        ("deep", "not-json"),
        ("redirect", "redirect"),
        ("redirect to nowhere", "redirect"),
        ("huge", "too-large"),
        ("error", "status"),
        ("hang", "timeout"),
        ("drip", "timeout"),
    ],
)
@pytest.mark.parametrize("endpoint", ["token", "jwks"])
def test_a_broker_that_answers_nonsense_is_unreachable(broker, provider, endpoint, behaviour, word):
    broker.behaviour = broker.jwks_behaviour = behaviour
    seconds = 0.5 if word == "timeout" else 20  # only what waits must be cut off; a busy machine may be slow
    ask = {
        "token": lambda: exchange(provider, seconds=seconds),
        "jwks": lambda: client.signing_key(provider, "kid", Deadline(seconds)),
    }[endpoint]

    with pytest.raises(BrokerUnreachable) as failure:
        ask()

    assert failure.value.word == word
    assert f"/{endpoint}" in broker.calls
    assert "/elsewhere" not in broker.calls


def test_a_broker_that_is_not_there_is_unreachable(broker, settings):
    settings.IDENTITY_PROVIDERS = [broker.settings(token_endpoint="http://127.0.0.1:9/token")]
    with pytest.raises(BrokerUnreachable) as failure:
        exchange(providers.find("test"))
    assert failure.value.word == "connection"


@pytest.mark.parametrize("fault", [ConnectionRefusedError, TimeoutError, socket.gaierror])
def test_a_connection_that_was_never_made_is_tried_once_more(broker, provider, monkeypatch, fault):
    faults = fail_to_connect(monkeypatch, [fault])
    with pytest.raises(BrokerRefused):  # it has been asked now, about a code that it never gave
        exchange(provider)
    assert (faults, broker.calls) == ([], ["/token"])


def test_a_broker_that_was_reached_may_take_longer_than_to_reach_it(broker, provider, monkeypatch):
    monkeypatch.setattr(client, "CONNECT_SECONDS", 0.2)
    broker.behaviour = "slow"
    with pytest.raises(BrokerRefused):  # the answer, about a code that it never gave
        exchange(provider, seconds=20)


def test_a_connection_that_cannot_be_made_is_not_tried_for_ever(broker, provider, monkeypatch):
    faults = fail_to_connect(monkeypatch, [ConnectionRefusedError] * 3)
    with pytest.raises(BrokerUnreachable):
        exchange(provider)
    assert (len(faults), broker.calls) == (1, [])


@pytest.mark.parametrize("behaviour", ["hang up", "error", "html", "hang"])
def test_a_code_that_may_have_been_used_is_not_sent_again(broker, provider, behaviour):
    broker.behaviour = behaviour
    with pytest.raises(BrokerUnreachable):
        exchange(provider, seconds=0.5 if behaviour == "hang" else 20)
    assert broker.calls == ["/token"]


def fail_to_connect(monkeypatch, faults):
    """Raise each fault instead of making a connection, and make it when none is left."""
    connect = connection.create_connection

    def flaky(*args, **kwargs):
        if faults:
            raise faults.pop()()
        return connect(*args, **kwargs)

    monkeypatch.setattr(connection, "create_connection", flaky)
    return faults


def test_a_refused_code_is_refused_without_the_words_of_the_broker(broker, provider):
    broker.behaviour = "refuse"
    with pytest.raises(BrokerRefused) as failure:
        exchange(provider)
    assert (failure.value.word, str(failure.value)) == ("status-4xx", "status-4xx")


def test_a_call_that_hangs_takes_no_more_than_the_deadline():
    answered = threading.Event()
    started = time.monotonic()
    with pytest.raises(BrokerUnreachable) as failure:
        client.within(Deadline(0.2), lambda: answered.wait(60))  # as a name server that does not answer
    took = time.monotonic() - started
    answered.set()
    assert failure.value.word == "timeout"
    assert took < 20


def test_sign_ins_past_the_limit_of_a_worker_do_not_wait(monkeypatch):
    monkeypatch.setattr(client, "_FREE", threading.BoundedSemaphore(2))
    under_way, go = threading.Barrier(3, timeout=60), threading.Event()
    busy = [
        threading.Thread(target=client.within, args=(Deadline(60), lambda: (under_way.wait(), go.wait(60))))
        for _ in range(2)
    ]
    for thread in busy:
        thread.start()
    under_way.wait()

    with pytest.raises(BrokerUnreachable) as failure:
        client.within(Deadline(60), lambda: None)

    go.set()
    for thread in busy:
        thread.join()
    assert failure.value.word == "busy"
    assert client.within(Deadline(60), lambda: "free again") == "free again"


@pytest.mark.parametrize(
    ("trusted", "host", "is_asked"),
    [(True, "127.0.0.1", True), (False, "127.0.0.1", False), (True, "other.example", False)],
)
def test_certificate_of_the_broker_must_be_trusted_and_of_its_name(
    broker, settings, tmp_path, trust, trusted, host, is_asked
):
    authority, asked = Authority(tmp_path, "authority"), []
    if trusted:
        trust(authority)
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(*authority.issue(host))

    def talk(connection):
        with served.wrap_socket(connection, server_side=True) as line:
            asked.append(line.recv(65536))

    with receivers.raw(talk) as port:
        settings.IDENTITY_PROVIDERS = [broker.settings(token_endpoint=f"https://127.0.0.1:{port}/token")]
        with pytest.raises(BrokerUnreachable) as failure:
            exchange(providers.find("test"))

    assert (failure.value.word, bool(asked)) == ("connection", is_asked)


def test_nothing_that_a_broker_has_packed_is_unpacked(broker, settings):
    def talk(connection):
        connection.recv(65536)
        body = gzip.compress(b'{"access_token": "a"}')
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body))
        connection.sendall(body)

    with receivers.raw(talk) as port:
        settings.IDENTITY_PROVIDERS = [broker.settings(token_endpoint=f"http://127.0.0.1:{port}/token")]
        with pytest.raises(BrokerUnreachable) as failure:
            exchange(providers.find("test"))

    assert failure.value.word == "not-json"


def test_the_environment_cannot_put_a_proxy_in_between(broker, provider, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    assert client.signing_key(provider, broker.key.kid, Deadline())["kid"] == broker.key.kid


def test_broker_is_called_by_the_proxy_of_the_setting(broker, provider, settings):
    with egress.running() as proxy:
        settings.EGRESS_PROXY = proxy.url.replace("//", "//heka:secret@")
        found = client.signing_key(provider, broker.key.kid, Deadline())

    assert found["kid"] == broker.key.kid
    assert proxy.asked == [("GET", f"{broker.url}/jwks", "Basic aGVrYTpzZWNyZXQ=")]


def test_broker_with_https_is_reached_through_a_tunnel_of_the_proxy(broker, provider, settings):
    address = broker.url.replace("http://127.0.0.1", "https://broker.example")
    settings.IDENTITY_PROVIDERS = [broker.settings(jwks_uri=f"{address}/jwks")]
    with egress.running() as proxy:
        settings.EGRESS_PROXY = proxy.url
        with pytest.raises(BrokerUnreachable):  # the broker of the tests speaks no TLS
            client.fetch_keys(providers.find("test"))

    assert proxy.asked[0] == ("CONNECT", address.removeprefix("https://"), None)


def test_proxy_that_is_away_is_tried_again_like_a_broker(broker, provider, settings, monkeypatch):
    slept = []
    monkeypatch.setattr(time, "sleep", slept.append)
    settings.EGRESS_PROXY = f"http://127.0.0.1:{free_port()}"

    with pytest.raises(BrokerUnreachable):
        client.fetch_keys(provider)

    assert slept == [client.AGAIN_SECONDS]
    assert broker.calls == []


def test_keys_are_kept(broker, provider):
    for _ in range(3):
        assert client.signing_key(provider, broker.key.kid, Deadline())["kid"] == broker.key.kid
    assert broker.calls == ["/jwks"]


def test_a_new_key_of_the_broker_is_found(broker, provider, some_keys, monkeypatch):
    client.signing_key(provider, broker.key.kid, Deadline())
    broker.published = [some_keys[1]]
    monkeypatch.setattr(client, "REFETCH_SECONDS", 0)

    assert client.signing_key(provider, some_keys[1].kid, Deadline())["kid"] == some_keys[1].kid
    assert client.signing_key(provider, some_keys[0].kid, Deadline()) is None


@pytest.mark.parametrize("published", [True, False])
def test_a_flood_of_unknown_key_ids_fetches_once_a_minute(broker, provider, published):
    broker.published = broker.published if published else []
    assert [client.signing_key(provider, f"unknown-{n}", Deadline()) for n in range(50)] == [None] * 50
    assert broker.calls == ["/jwks"]


def test_many_threads_fetch_the_keys_once(broker, provider):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(client.signing_key(provider, broker.key.kid, Deadline())["kid"]))
        for _ in range(10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (found, broker.calls) == ([broker.key.kid] * 10, ["/jwks"])


def test_keys_outlive_a_fault_of_their_address(broker, provider, monkeypatch):
    client.signing_key(provider, broker.key.kid, Deadline())
    monkeypatch.setattr(client, "KEYS_LIFETIME_SECONDS", 0)
    monkeypatch.setattr(client, "REFETCH_SECONDS", 0)
    broker.jwks_behaviour = "refuse"

    assert client.signing_key(provider, broker.key.kid, Deadline())["kid"] == broker.key.kid
    with pytest.raises(BrokerUnreachable):
        client.signing_key(provider, "another", Deadline())


def test_key_that_may_be_new_is_not_said_to_be_unknown_after_a_fetch_that_failed(broker, provider, some_keys):
    client.signing_key(provider, broker.key.kid, Deadline())
    [store] = client._STORES.values()
    store.tried = store.fetched = store.fetched - client.REFETCH_SECONDS
    broker.published, broker.jwks_behaviour = some_keys[:2], "error"

    for _ in range(3):
        with pytest.raises(BrokerUnreachable):
            client.signing_key(provider, some_keys[1].kid, Deadline())
    assert client.signing_key(provider, broker.key.kid, Deadline())["kid"] == broker.key.kid
    assert broker.calls == ["/jwks"] * 2


def test_a_withdrawn_key_goes_after_its_time(broker, provider, some_keys, monkeypatch):
    client.signing_key(provider, broker.key.kid, Deadline())
    broker.published = [some_keys[1]]
    monkeypatch.setattr(client, "KEYS_LIFETIME_SECONDS", 0)
    monkeypatch.setattr(client, "REFETCH_SECONDS", 0)
    assert client.signing_key(provider, some_keys[0].kid, Deadline()) is None


@pytest.mark.parametrize("changes", [{"use": "enc"}, {"alg": "RS384"}, {"kty": "EC"}])
def test_a_key_for_another_use_verifies_nothing(broker, provider, changes):
    class Odd:
        kid = "odd"

        def as_dict(self, **_):
            return {**broker.key.as_dict(private=False), "kid": "odd", **changes}

    broker.published = [Odd()]
    assert client.signing_key(provider, "odd", Deadline()) is None


def test_signed_keys_are_not_used_after_their_end_even_while_the_broker_is_away(broker, settings, some_keys):
    broker.entity_key = some_keys[1]
    settings.IDENTITY_PROVIDERS = [broker.settings(**set_up("op", broker))]
    provider = providers.find("test")
    client.signing_key(provider, broker.key.kid, Deadline())
    broker.jwks_behaviour = "error"

    with time_machine.travel(time.time() + 3600 + 31, tick=True):
        for _ in range(2):
            with pytest.raises(BrokerUnreachable):
                client.signing_key(provider, broker.key.kid, Deadline())
