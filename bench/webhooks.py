"""Webhooks per second of one worker, against bare http.client to the same receiver: `python -m bench.webhooks`.

The worker claims, signs, sends and records each event in PostgreSQL, each over a connection of its own, as it checks
the address each time. Bare http.client sends the bytes of one event again and again over a new connection each. In
turn, several rounds, medians.
"""

import argparse
import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from statistics import median

from bench.letters import ROOT, call
from tests import postgres

ROUNDS, EVENTS = 4, 1000
ARMS = ("bare", "worker")


def main(rounds: int, count: int) -> None:
    with postgres.cluster(durable=True) as url, receiver() as port:
        environment = {
            **os.environ,
            "DEBUG": "true",
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "heka_confirm.settings",
            "WEBHOOK_ALLOW_PRIVATE": "true",
            "ALLOW_TEST_CODES": "true",
            "BENCH_PORT": str(port),
            "LOG_LEVEL": "WARNING",
        }
        call(["manage.py", "migrate", "-v0", "--skip-checks"], environment)
        rates: dict[str, list[float]] = {arm: [] for arm in ARMS}
        for _ in range(rounds):
            for arm, measured in rates.items():
                measured.append(float(call(["-m", "bench.webhooks", arm, str(count)], environment)))
    for arm, measured in rates.items():
        print(f"{arm:8} {median(measured):6.0f} webhooks/s   {[round(rate) for rate in measured]}")
    ratio = median(rates["worker"]) / median(rates["bare"])
    print(f"worker to bare http.client: {ratio:.2f}")


@contextmanager
def receiver() -> Iterator[int]:
    """Run a receiver that takes everything, in a process of its own, and give its port."""
    server = subprocess.Popen(
        [sys.executable, "-m", "bench.webhooks", "server", "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        yield int(server.stdout.readline())
    finally:
        server.terminate()
        server.wait()


# --- In the processes ------------------------------------------------------------------------------------


class TakesEverything(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        pass


def serve() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), TakesEverything)
    print(server.server_port, flush=True)
    server.serve_forever()


def bare(count: int) -> float:
    body = b"x" * 600  # as large as an event
    started = time.perf_counter()
    for _ in range(count):
        connection = http.client.HTTPConnection("127.0.0.1", int(os.environ["BENCH_PORT"]))
        connection.request("POST", "/", body, {"Content-Type": "application/cloudevents+json"})
        connection.getresponse()
        connection.close()
    return count / (time.perf_counter() - started)


def worker(count: int) -> float:
    from upstream import clients, endpoints, events, webhooks
    from upstream.models import WebhookDelivery

    client, _ = clients.issue(f"Bench {time.time()}")
    endpoint, _ = endpoints.add(client, f"http://127.0.0.1:{os.environ['BENCH_PORT']}/")
    send(count, client)
    events.collect()
    started = time.perf_counter()
    webhooks.deliver_due_events()
    rate = count / (time.perf_counter() - started)
    if undelivered := WebhookDelivery.objects.filter(endpoint=endpoint, delivered_at=None).count():
        raise RuntimeError(f"{undelivered} events were not delivered")
    endpoints.disable(endpoint)
    return rate


def send(count: int, client: object) -> None:
    """Send one application as often as there are to be events."""
    from django.db import transaction

    from applications import document
    from tests import cast
    from upstream import intake

    with transaction.atomic():
        for number in range(count):
            intake.receive(document.parse(cast.document(reference=f"bench-{number}")), client=client)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.webhooks")
    parser.add_argument("arm", nargs="?", choices=["server", *ARMS])
    parser.add_argument("count", nargs="?", type=int, default=EVENTS)
    parser.add_argument("--quick", action="store_true", help="whether it works; the numbers say little")
    asked = parser.parse_args()
    if asked.arm == "server":
        serve()
    elif asked.arm:
        import django

        django.setup()
        print({"bare": bare, "worker": worker}[asked.arm](asked.count))
    else:
        main(1 if asked.quick else ROUNDS, 100 if asked.quick else EVENTS)
