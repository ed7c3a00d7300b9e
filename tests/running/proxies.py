"""nginx with deploy/nginx.conf as documented: only names, ports and paths are replaced."""

import datetime as dt
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.ports import free_port
from tests.processes import PRODUCTION, ROOT

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
CONFIGURATION = ROOT / "deploy" / "nginx.conf"
HOST = PRODUCTION["PUBLIC_URL"].partition("://")[2]
START_TIMEOUT = 60  # seconds
needs_nginx = pytest.mark.skipif(NGINX is None and os.environ.get("CI") != "true", reason="nginx is not installed")


@dataclass
class Proxy:
    """A running nginx: https at `port` with the certificate in the file `certificate`, for the name HOST."""

    process: subprocess.Popen[bytes]
    port: int
    plain_port: int
    certificate: Path
    log: Path


@contextmanager
def proxying(folder: Path, *web_ports: int) -> Iterator[Proxy]:
    """Start nginx before the web servers at these ports of 127.0.0.1, with its files in that empty folder; stop it.

    Raises RuntimeError with its log when it does not start.
    """
    certificate, key = _certificate(folder)
    port, plain_port = free_port(), free_port()
    (folder / "nginx.conf").write_text(_configuration(folder, certificate, key, port, plain_port, web_ports))
    log = folder / "error.log"
    command = [str(NGINX), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(log), "-g", "daemon off;"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        _await_port(process, port, log)
        yield Proxy(process, port, plain_port, certificate, log)
    finally:
        process.terminate()
        process.wait(timeout=START_TIMEOUT)


def _configuration(
    folder: Path, certificate: Path, key: Path, port: int, plain_port: int, web: tuple[int, ...]
) -> str:
    servers = "".join(f"server 127.0.0.1:{one} max_fails=0;\n" for one in web)
    own_folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    temporary = "\n".join(f"{name}_temp_path {folder / name};" for name in own_folders)
    user = "user root;\n" if os.geteuid() == 0 else ""  # the folder is nobody else's
    text = CONFIGURATION.read_text()
    for pattern, replacement in (
        (r"\A", user),
        (r"server web-1:8000 max_fails=0;\n\s*server web-2:8000 max_fails=0;\n", servers),
        (r"listen 80\b", f"listen 127.0.0.1:{plain_port}"),
        (r"listen 443\b", f"listen 127.0.0.1:{port}"),
        (r"/etc/nginx/tls/confirm\.pem", str(certificate)),
        (r"/etc/nginx/tls/confirm\.key", str(key)),
        (r"/etc/nginx/pages", str(ROOT / "deploy" / "pages")),
        (r"/run/nginx\.pid", str(folder / "nginx.pid")),
        (r"/var/log/nginx", str(folder)),
        (r"include mime\.types;", "types { text/html html; }"),
        (r"http \{\n", f"http {{\n{temporary}\n"),
    ):
        text, times = re.subn(pattern, replacement, text)
        assert times, f"deploy/nginx.conf has no {pattern}"
    return text


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)]), dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = folder / "confirm.pem", folder / "confirm.key"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, *form))
    return files


def _await_port(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + START_TIMEOUT
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=START_TIMEOUT).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"nginx does not start:\n{log.read_text()}") from None
            time.sleep(0.02)
        else:
            return
