"""Letters per second of one worker, against bare smtplib to the same mail server: `python -m bench.letters`.

The worker claims, writes, sends and records each letter in PostgreSQL. Bare smtplib makes each message of ready
texts and sends it over one connection; "ready" sends the bytes of one message again and again, which is as fast as
the mail server takes them. All in turn, several rounds, medians.
"""

import argparse
import asyncio
import os
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from email.message import EmailMessage
from pathlib import Path
from statistics import median

from django.conf import settings

from tests import postgres

ROOT = Path(__file__).resolve().parent.parent
ROUNDS, LETTERS = 4, 1000
AIM = 0.5
ARMS = ("bare", "worker", "ready")


def main(rounds: int, count: int) -> None:
    with postgres.cluster(durable=True) as url, mail_server() as port:
        environment = {
            **os.environ,
            "DEBUG": "true",
            "DATABASE_URL": url,
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
            "DJANGO_SETTINGS_MODULE": "tests.mailing.worker_settings",
            "TEST_LEASE": "60",
            "LOG_LEVEL": "WARNING",
        }
        call(["manage.py", "migrate", "-v0", "--skip-checks"], environment)
        rates: dict[str, list[float]] = {arm: [] for arm in ARMS}
        for _ in range(rounds):
            for arm, measured in rates.items():
                measured.append(float(call(["-m", "bench.letters", arm, str(count)], environment)))
    for arm, measured in rates.items():
        print(f"{arm:8} {median(measured):6.0f} letters/s   {[round(rate) for rate in measured]}")
    ratio = median(rates["worker"]) / median(rates["bare"])
    print(f"worker to bare smtplib: {ratio:.2f} (aim ≥ {AIM}): {'met' if ratio >= AIM else 'missed'}")


def call(arguments: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


@contextmanager
def mail_server() -> Iterator[int]:
    """Run a mail server that takes everything, in a process of its own, and give its port."""
    server = subprocess.Popen(
        [sys.executable, "-m", "bench.letters", "server", "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        yield int(server.stdout.readline())
    finally:
        server.terminate()
        server.wait()


# --- In the processes ------------------------------------------------------------------------------------


async def serve() -> None:
    from aiosmtpd.smtp import SMTP

    class TakesEverything:
        async def handle_DATA(self, server: SMTP, session: object, envelope: object) -> str:
            return "250 OK"

    server = await asyncio.get_running_loop().create_server(lambda: SMTP(TakesEverything()), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def fill(count: int) -> None:
    from mailing.models import Letter
    from mailing.outbox import Draft, queue_letters

    Letter.objects.all().delete()
    queue_letters(
        *(
            Draft(
                key=f"bench:{number}",
                message="hello",
                to=f"person{number}@example.test",
                language="fi",
                parameters={"name": "Maija Meikäläinen", "number": "K7M-P3X-Q4T", "day": "2027-02-14"},
            )
            for number in range(count)
        )
    )


def bare(count: int) -> float:
    subject, text, html = texts()
    with smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT) as connection:
        started = time.perf_counter()
        for number in range(count):
            message = EmailMessage()
            message["Subject"], message["From"] = subject, settings.DEFAULT_FROM_EMAIL
            message["To"], message["Message-ID"] = f"person{number}@example.test", f"<{number}@example.test>"
            message.set_content(text)
            message.add_alternative(html, subtype="html")
            connection.send_message(message)
        return count / (time.perf_counter() - started)


def ready(count: int) -> float:
    subject, text, html = texts()
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, settings.DEFAULT_FROM_EMAIL, "person@example.test"
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    content = message.as_bytes(policy=policy.SMTP)
    with smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT) as connection:
        started = time.perf_counter()
        for _ in range(count):
            connection.sendmail("no-reply@example.test", ["person@example.test"], content)
        return count / (time.perf_counter() - started)


def texts() -> tuple[str, str, str]:
    from mailing import letters
    from mailing.models import Letter

    fill(1)
    message = letters.write_letter(Letter.objects.get())
    return message.subject, message.body, message.alternatives[0][0]


def worker(count: int) -> float:
    from mailing import worker
    from mailing.models import Letter

    fill(1)
    worker.deliver_due_letters()  # templates and catalogues are read once
    fill(count)
    started = time.perf_counter()
    worker.deliver_due_letters()
    rate = count / (time.perf_counter() - started)
    if unsent := Letter.objects.filter(sent_at=None).count():
        raise RuntimeError(f"{unsent} letters were not sent")
    return rate


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.letters")
    parser.add_argument("arm", nargs="?", choices=["server", *ARMS])
    parser.add_argument("count", nargs="?", type=int, default=LETTERS)
    parser.add_argument("--quick", action="store_true", help="whether it works; the numbers say little")
    asked = parser.parse_args()
    if asked.arm == "server":
        asyncio.run(serve())
    elif asked.arm:
        import django

        django.setup()
        print({"bare": bare, "worker": worker, "ready": ready}[asked.arm](asked.count))
    else:
        main(1 if asked.quick else ROUNDS, 100 if asked.quick else LETTERS)
