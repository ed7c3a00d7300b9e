"""A mail server on this machine that takes letters, and does otherwise when told to."""

import asyncio
import email
import logging
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP

logging.getLogger("mail.log").setLevel(logging.WARNING)  # it tells every line

DROP = "drop the connection"
OK = "250 OK"


@dataclass
class Sink:
    """What was taken, and the mood: a function of the step, which returns a reply, DROP, or None for OK.

    The steps are EHLO, MAIL, RCPT, DATA (the text is there and not taken yet) and TAKEN (it is taken, and nobody
    has been told).
    """

    mood: Callable[[str], str | None] = lambda step: None
    pause: float = 0  # seconds between taking a letter and saying so
    is_holding: bool = False  # says nothing until this is false
    port: int = 0
    taken: list[email.message.Message] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        return [message["Message-ID"] for message in self.taken]

    def _step(self, server: SMTP, step: str) -> str | None:
        reply = self.mood(step)
        if reply == DROP and server.transport:
            server.transport.abort()
            return "421 Gone"
        return reply

    async def handle_EHLO(self, server: SMTP, session: Any, envelope: Any, hostname: str, replies: Any) -> Any:
        session.host_name = hostname
        reply = self._step(server, "EHLO")
        return [reply] if reply else replies

    async def handle_HELO(self, server: SMTP, session: Any, envelope: Any, hostname: str) -> str:
        session.host_name = hostname
        return self._step(server, "EHLO") or "250 sink"

    async def handle_MAIL(self, server: SMTP, session: Any, envelope: Any, address: str, options: Any) -> str:
        envelope.mail_from = address
        return self._step(server, "MAIL") or OK

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: Any) -> str:
        reply = self._step(server, "RCPT")
        if reply is None:
            envelope.rcpt_tos.append(address)
        return reply or OK

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        if reply := self._step(server, "DATA"):
            return reply
        self.taken.append(email.message_from_bytes(envelope.content))
        reply = self._step(server, "TAKEN")
        await asyncio.sleep(self.pause)
        while self.is_holding:
            await asyncio.sleep(0.01)
        return reply or OK


@contextmanager
def running(tls: ssl.SSLContext | None = None) -> Iterator[Sink]:
    """Serve a sink in a thread of its own, with a context one that offers STARTTLS."""
    sink, loop = Sink(), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    # In the thread's loop from the start: Playwright keeps one running in this thread.
    begin = loop.create_server(lambda: SMTP(sink, loop=loop, tls_context=tls), "127.0.0.1", 0)
    server = asyncio.run_coroutine_threadsafe(begin, loop).result(10)
    sink.port = server.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
