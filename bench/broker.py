"""The fake broker of the benches: it identifies one person of bench.load after the other, and sends them back."""

import json
import threading
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc.jwk import RSAKey

from bench import rows
from bench.client import HOST
from tests import cast
from tests.identity.broker import Broker


class SendingBroker(Broker):  # type: ignore[misc]
    """A server in a thread of this process, so that what it takes is not the service's."""

    sends_back = True

    def __init__(self, keys_file: str, numbers: range) -> None:
        held = json.loads(Path(keys_file).read_text())["keys"]
        own = {key["use"]: RSAKey.import_key(key) for key in held}
        self.own_sig, self.people, self.lock = own["sig"], cycle(numbers), threading.Lock()
        super().__init__(RSAKey.generate_key(2048, auto_kid=True), own["enc"])

    def way_back(self, path: str) -> str:
        """Return where the browser goes on to, as one more person."""
        with self.lock:
            hetu = rows.hetu(next(self.people))
        [request_object] = parse_qs(urlsplit(path).query)["request"]
        answer: dict[str, Any] = self.authorize(request_object, {**cast.MAIJA, "hetu": hetu}, self.own_sig)
        return f"https://{HOST}/identification/callback/?{urlencode(answer)}"
