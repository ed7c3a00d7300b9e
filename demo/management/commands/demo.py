"""manage.py demo: everything the demo needs, and then the web server."""

import errno
import signal
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from applications import clock
from demo import beside, data, database, housing_system, staff, staff_directory
from demo.server import DemoServer
from identity import keys
from mailing.worker import deliver_due_letters


class Command(BaseCommand):
    help = "Make keys, database and demo data where missing, and serve at PUBLIC_URL until Ctrl-C."
    requires_system_checks = []  # the checks would miss what this command makes

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # no traceback for a Ctrl-C before the server is there
        addresses = own_addresses()
        for file in (settings.DATABASES["default"]["NAME"], settings.IDENTITY_KEYS_FILE):
            Path(file).parent.mkdir(parents=True, exist_ok=True)
        if not Path(settings.IDENTITY_KEYS_FILE).exists():
            keys.make()
        if database.discard_other_release():
            self.stdout.write("Another release has made the demo database. It is made new.")
            self.stdout.flush()
        call_command("migrate", verbosity=0)
        data.load()
        staff.ensure()
        settings.WEBHOOK_ALLOW_PRIVATE = True  # the receiver of events is here too
        settings.STAFF_DIRECTORY = settings.STAFF_DIRECTORY or staff_directory.entry()
        housing_system.ensure()
        # What the worker would do in its first seconds: now, so that the log is quiet when the addresses are printed.
        clock.tick()
        deliver_due_letters()
        connections.close_all()  # they must not be shared with the server's worker, which is forked
        with beside.written_down():
            DemoServer(addresses, self.greet).run()  # type: ignore[no-untyped-call]  # gunicorn ships no types

    def greet(self) -> None:
        self.stdout.write(
            "Heka Confirm, with demo data. Ctrl-C stops it. Its pages, its staff with their codes, and its housing"
            f" system, whose token is {housing_system.TOKEN}:"
        )
        self.stdout.write(
            "\n".join(settings.PUBLIC_URL + page for page in ("", "/demo/staff/", "/demo/housing-system/"))
        )
        self.stdout.flush()


def own_addresses() -> list[str]:
    """Return where to serve PUBLIC_URL. Raises CommandError for another machine, and for a port in use.

    `localhost` has two numbers, of which browsers try now the one, now the other. Not every machine has IPv6.
    """
    url = urlsplit(settings.PUBLIC_URL)
    host, port = url.hostname or "", url.port or 80
    if url.scheme != "http" or host not in {"127.0.0.1", "localhost"}:
        raise CommandError(f"The demo is for this machine only: PUBLIC_URL={settings.PUBLIC_URL} is not.")
    addresses: list[str] = []
    for family, number, address in (
        (socket.AF_INET, "127.0.0.1", f"127.0.0.1:{port}"),
        *([(socket.AF_INET6, "::1", f"[::1]:{port}")] if host == "localhost" else []),
    ):
        try:
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((number, port))
        except OSError as error:
            if error.errno in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT} and addresses:
                continue
            raise CommandError(
                f"Port {port} is not free ({error.strerror}). Take another: PORT={port + 1} make demo"
            ) from None
        addresses.append(address)
    return addresses
