"""Nobody's request fails because a web server is restarted: straight to it, and behind deploy/nginx.conf."""

import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from tests.conftest import must_not_skip
from tests.ports import free_port
from tests.postgres import binaries, cluster
from tests.running.proxies import needs_nginx, proxying
from tests.running.visitors import Tally, Visitor, arrange, rounds, visiting
from tests.running.web import PATIENT, Server, command, serving

TIMES = 10
ROUNDS = {"read", "fill_in", "confirm", "check", "send"}
pytestmark = [
    needs_nginx,
    pytest.mark.skipif(binaries() is None and not must_not_skip(), reason="PostgreSQL is not installed"),
]


@dataclass
class Met:
    """What visitors met: of a server that is reloaded, with a proxy and without, and of two that take turns."""

    bare: Tally
    proxied: Tally
    rolling: Tally


@pytest.fixture(scope="module")
def met(tmp_path_factory):
    """Reload one server ten times; meanwhile restart two others in turn, ten times in all."""
    with cluster() as url:
        command(url, "manage.py", "migrate", "-v0")
        return restart(url, tmp_path_factory.mktemp("proxies"), times=TIMES, **PATIENT)


def restart(url, folder, *, times, **environment):
    """Restart servers on a migrated database under visits, and return what the visitors met."""
    known = arrange(url, confirming=60, checked=20, sent=200)
    result, stop, kinds = Met(Tally(), Tally(), Tally()), threading.Event(), rounds(known)
    with ExitStack() as stack:
        reloaded = stack.enter_context(serving(url, **environment))
        turns = [Turn(url, environment) for _ in range(2)]
        for one in turns:
            stack.enter_context(one.running)
        proxies = []
        for name, ports in ("reloaded", [reloaded.port]), ("rolling", [one.port for one in turns]):
            (folder / name).mkdir()
            proxies.append(stack.enter_context(proxying(folder / name, *ports)))
        visits = [(Visitor(reloaded.port, result.bare, stop=stop), kind) for kind in kinds]
        visits += [(Visitor(reloaded.port, result.bare, keeps=False, stop=stop), kind) for kind in kinds[:3]]
        for proxy, tally in zip(proxies, [result.proxied, result.rolling], strict=True):
            tls = {"certificate": proxy.certificate, "stop": stop}
            visits += [(Visitor(proxy.port, tally, **tls), kind) for kind in kinds]
            visits += [(Visitor(proxy.port, tally, keeps=False, **tls), kind) for kind in kinds[:2]]
        with visiting(visits, stop), ThreadPoolExecutor(1) as beside:
            reloads = beside.submit(reload, reloaded, times)
            for one in itertools.islice(itertools.cycle(turns), times):
                one.restart()
            reloads.result()
    return result


class Turn:
    """A server that is stopped by SIGTERM and started again at its port, as an orchestrator does."""

    def __init__(self, url, environment):
        self.port, self.running = free_port(), ExitStack()
        self.start = lambda: serving(url, workers=1, **environment, PORT=str(self.port))
        self.running.enter_context(self.start())

    def restart(self):
        self.running.close()
        self.running.enter_context(self.start())


def reload(server: Server, times: int) -> None:
    for _ in range(times):
        former = set(server.workers())
        server.reload()
        until = time.monotonic() + 120
        while former & set(server.workers()):
            assert time.monotonic() < until, server.log.read_text()
            time.sleep(0.1)


def test_ten_restarts_fail_no_request(met):
    """In one test: of several, each process that takes one would restart the servers anew, for a minute."""
    needed = {"front", "sign in", "save step", "confirm", "check", "send"}

    assert {way: tally.failed for way, tally in vars(met).items()} == {"bare": [], "proxied": [], "rolling": []}
    assert [way for way, tally in vars(met).items() if not needed <= set(tally.answered)] == []
