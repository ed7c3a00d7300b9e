"""What the service weighs: bytes for people, memory and starting time for the operator."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from urllib.parse import urljoin

from bench import rows
from bench.client import fetch, request
from bench.pages import PAGES
from bench.report import Aim
from bench.servers import Server, gunicorn

LINKED = re.compile(r'(?:<link[^>]*\shref|<script[^>]*\ssrc)="([^"]+)"')


def bytes_per_page(port: int, layout: rows.Layout) -> Iterator[Aim]:
    """Give each page with its stylesheet, as they come over the line to a browser."""
    for page in PAGES:
        n = page.readers(layout)[0]
        weight, html = _weigh(port, request(page.path(n), person=n))
        linked = {urljoin(page.path(n), link) for link in LINKED.findall(html)}
        weights = {path: _weigh(port, request(path))[0] for path in linked}
        styles = sum(weight for path, weight in weights.items() if path.endswith(".css"))
        rest = sum(weights.values()) - styles
        result = f"{(weight + styles) / 1000:.1f} KB"
        note = f"page {weight}, styles {styles}, script and icon {rest} bytes; page uncompressed {len(html.encode())}"
        yield Aim(
            f"{page.name}: page and styles, compressed", "≤ 20 KB", result, met=weight + styles <= 20_000, note=note
        )


def _weigh(port: int, asked: bytes) -> tuple[int, str]:
    status, headers, body = fetch(port, asked)
    if status != 200:
        raise RuntimeError(f"{asked.splitlines()[0]!r} answers {status}")
    return len(body), gzip.decompress(body).decode() if headers.get("content-encoding") == "gzip" else ""


def memory(server: Server) -> Iterator[Aim]:
    workers = server.memory()
    resident, shared = max(w[0] for w in workers), max(w[1] for w in workers)
    note = f"{len(workers)} workers after the load; proportional {shared:.0f} MB"
    yield Aim("memory of a worker, resident", "≤ 90 MB", f"{resident:.0f} MB", met=resident <= 90, note=note)


def starts(environment: dict[str, str], log: Path, times: int) -> Iterator[Aim]:
    taken = []
    for _ in range(times):
        with gunicorn(environment, log) as server:
            taken.append(server.started)
    note = f"front page; {times} starts, {min(taken):.2f}–{max(taken):.2f} s"
    yield Aim("cold start to first answer", "≤ 1.5 s", f"{median(taken):.2f} s", met=median(taken) <= 1.5, note=note)
