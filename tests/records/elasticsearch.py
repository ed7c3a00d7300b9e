"""An index of Elasticsearch on this machine, as well or badly behaved as a test wants."""

import contextlib
import json
import threading

from tests import servers


class Index(servers.Server):
    """Keeps documents by id in `documents`, in the order in which they came; `calls` holds path and headers of each.

    `refuses` gives (status, kind) for a document that is not to be taken, `status` answers whole calls, `body` is said
    instead of an answer, `most` is how many bytes one call may have, and `may_go_on` is waited for.
    """

    def __init__(self):
        super().__init__(_Handler)
        self.documents, self.calls = {}, []
        self.status, self.body, self.most = 200, None, 10**9
        self.refuses = lambda _document: None
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    @property
    def sources(self):
        """The keys of the entries that were taken, in the order in which they came."""
        return [document["audit_event"]["extra"]["source_pk"] for document in self.documents.values()]

    def take(self, lines):
        for action, document in zip(lines[::2], lines[1::2], strict=True):
            assert action.keys() == {"create"}
            key = action["create"]["_id"]
            if refusal := self.refuses(document):
                status, kind = refusal
                yield {"create": {"status": status, "error": {"type": kind, "reason": "repeats what was sent"}}}
            elif key in self.documents:
                kind = "version_conflict_engine_exception"
                yield {"create": {"_id": key, "status": 409, "error": {"type": kind}}}
            else:
                self.documents[key] = document
                yield {"create": {"_id": key, "status": 201}}


class _Handler(servers.Handler):
    def do_POST(self):
        body = self.body()
        server = self.server
        server.calls.append((self.path, dict(self.headers)))
        server.may_go_on.wait(60)
        if len(body) > server.most:
            return self.answer(413, b"")
        if server.status != 200:
            return self.answer(server.status, b"{}")
        items = list(server.take([json.loads(line) for line in body.splitlines()]))
        return self.answer(200, json.dumps({"items": items}).encode() if server.body is None else server.body)

    def answer(self, status, body):
        super().answer(status, body, {"Location": "http://127.0.0.1:1/"})


@contextlib.contextmanager
def running():
    with servers.running(Index()) as index:
        try:
            yield index
        finally:
            index.may_go_on.set()
