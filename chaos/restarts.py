"""Web servers that are reloaded and restarted amid requests, and clients that are slow: nobody else notices."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from functools import partial

from chaos.doors import Door
from chaos.health import watched
from chaos.people import Met, Person, crowd, reading
from chaos.run import Run, scenario
from chaos.stage import Stage, stage
from tests import former
from tests.running import proxies, web
from tests.running.web import HEADERS

SLOW = 200  # connections
READ = ("/fi/", "/fi/counter/", "/robots.txt")


def undisturbed(played: Stage, door: Door, what: str, people: list[Person], acts: Iterator[Callable[[], None]]) -> Met:
    """Let people confirm and read while something is done, one after the other, with a second between; print what
    they met. Not one request may fail."""
    is_over, readers = threading.Event(), Met()

    def arriving() -> Iterator[Person]:
        for person in people:
            if is_over.wait(0.15):
                return
            yield person

    met = Met()
    confirming = threading.Thread(target=crowd, args=(door, arriving(), met), kwargs={"tries": 1, "clients": 4})
    times, started = 0, time.monotonic()
    with reading([partial(door.ask, path) for path in READ], readers, pause=0.02):
        confirming.start()
        for act in acts:
            act()
            times += 1
            time.sleep(1)
    is_over.set()
    confirming.join()
    played.take(met)
    failed = readers.attempts - readers.answers["200"] + met.failed
    figures = {"requests": readers.attempts + met.attempts, "failed": failed, "seconds": time.monotonic() - started}
    slowest = round(max(met.slowest(), readers.slowest()), 2)
    played.run.figure(what, times=times, confirmed=len(met.acknowledged), **figures, slowest_s=slowest)
    played.run.must(not failed, f"{what}: {failed} requests failed: {dict(met.answers)}, {dict(readers.answers)}")
    return met


@scenario("restarts", "web servers are reloaded and restarted one after the other: no request fails")
def restarts(run: Run) -> None:
    with stage(run, run.size) as played:
        third = len(played.people) // 3
        parts = [played.people[n * third : (n + 1) * third] for n in range(3)]
        server = played.serve()
        reload = [partial(_reload, server)] * run.rounds
        undisturbed(played, Door(server.port), "reloads, without a proxy", parts[0], iter(reload))
        if proxies.NGINX is None:
            run.figure("left out: reloads and restarts behind the proxy, as nginx is not installed")
        else:
            door = _behind_proxy(played, server.port)
            undisturbed(played, door, "reloads, behind nginx", parts[1], iter(reload))
            with ExitStack() as stack:
                pair = [Restarted(played, stack) for _ in range(2)]
                door = _behind_proxy(played, *(each.port for each in pair))
                turns = [pair[n % 2].restart for n in range(run.rounds)]
                undisturbed(played, door, "rolling restarts, behind nginx", parts[2], iter(turns))
        played.check(Door(server.port))


@scenario("releases", "the former release serves beside the present one, on the present schema: no request fails")
def releases(run: Run) -> None:
    if not former.is_known():
        run.figure("left out: this checkout has no history, so the former release is not in it")
        return
    with stage(run, run.size // 4) as played:
        code = former.unpack(played.database.folder / "former")
        old = played.stack.enter_context(web.serving(played.database.url, code=code, **played.variables()))
        doors = {"former": Door(old.port), "present": Door(played.serve().port)}
        with ThreadPoolExecutor() as threads:
            crowds = {
                name: threads.submit(crowd, door, played.people[turn::2], Met(), clients=8, tries=1)
                for turn, (name, door) in enumerate(doors.items())
            }
        for name, each in crowds.items():
            met = each.result()
            run.figure(f"by the {name} release", **met.figures())
            run.must(not met.failed, f"by the {name} release {met.failed} attempts failed: {dict(met.answers)}")
            played.take(met)
        for door in doors.values():
            played.check(door)


class Restarted:
    """A web server that is stopped and started again, at the same port."""

    def __init__(self, played: Stage, stack: ExitStack) -> None:
        self.played, self.own = played, stack.enter_context(ExitStack())
        self.port = self.own.enter_context(web.serving(played.database.url, **played.variables())).port

    def restart(self) -> None:
        self.own.close()
        self.own.enter_context(web.serving(self.played.database.url, PORT=str(self.port), **self.played.variables()))


def _reload(server: web.Server) -> None:
    """Reload, and wait until no former worker is left."""
    former = set(server.workers())
    server.reload()
    until = time.monotonic() + 60
    while former & set(server.workers()) and time.monotonic() < until:
        time.sleep(0.1)


def _behind_proxy(played: Stage, *ports: int) -> Door:
    folder = played.database.folder / f"nginx-{ports[0]}-{len(ports)}"
    folder.mkdir()
    proxy = played.stack.enter_context(proxies.proxying(folder, *ports))
    return Door(proxy.port, proxy.certificate)


@scenario("slow", "200 clients dribble their headers and bodies through the proxy; the others notice nothing")
def slow(run: Run) -> None:
    if proxies.NGINX is None:
        run.figure("left out: nginx is not installed")
        return
    with stage(run, 96) as played:
        server = played.serve()
        door = _behind_proxy(played, server.port)
        calm = crowd(door, played.people[:32], Met())
        with watched(server.port) as health, _dribbling(door) as dribbled:
            time.sleep(2)
            met = crowd(door, played.people[32:], Met())
            time.sleep(2)
        played.take(calm)
        played.take(met)
        run.figure("confirming beside them", slow_clients=SLOW, still_there=dribbled.count(True), **met.figures())
        run.figure("  without them", slowest_s=round(calm.slowest(), 2))
        run.figure("  /healthz meanwhile", **health.figures())
        run.must(not met.failed, f"beside slow clients {met.failed} attempts failed: {dict(met.answers)}")
        run.must(met.slowest() < 3 * calm.slowest() + 1, f"beside slow clients one waited {met.slowest():.1f} s")
        played.check(door)


@contextmanager
def _dribbling(door: Door) -> Iterator[list[bool]]:
    """Keep SLOW connections that send a byte twice a second, half of them of a header and half of a body; give, after
    the context, whether each was still taken from at its end."""
    context = ssl.create_default_context(cafile=str(door.certificate))
    kind = "Content-Type: application/x-www-form-urlencoded"
    head = f"POST /fi/feedback/ HTTP/1.1\r\nHost: {HEADERS['Host']}\r\n{kind}\r\n"
    lines, still_there, is_over = [], [], threading.Event()
    for number in range(SLOW):
        line = context.wrap_socket(socket.create_connection(("127.0.0.1", door.port)), server_hostname=HEADERS["Host"])
        line.sendall((head + ("Content-Length: 5000\r\n\r\n" if number % 2 else "X-Slow: ")).encode())
        lines.append(line)

    def dribble() -> None:
        while not is_over.wait(0.5):
            for line in lines:
                with suppress(OSError):
                    line.sendall(b"a")

    thread = threading.Thread(target=dribble, daemon=True)
    thread.start()
    try:
        yield still_there
    finally:
        is_over.set()
        thread.join()
        for line in lines:
            try:
                line.sendall(b"a")
                still_there.append(True)
            except OSError:
                still_there.append(False)
            line.close()
