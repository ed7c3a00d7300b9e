"""The demo's web server before it forks."""

import threading

from demo.server import DemoServer


def test_server_makes_no_thread_before_it_forks(monkeypatch):
    made = []
    monkeypatch.setattr(threading, "Thread", lambda *args, **options: made.append(args))

    DemoServer(["127.0.0.1:0"], when_ready=lambda: None)

    assert made == []
