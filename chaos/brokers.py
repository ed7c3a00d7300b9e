"""A broker in trouble, and 50 sign-ins that hang: whoever is signed in notices nothing."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc.jwk import RSAKey

from bench import rows
from chaos.doors import Answer, Door
from chaos.health import watched
from chaos.people import Met, crowd
from chaos.run import Run, scenario
from chaos.stage import stage
from identity.key_file import parse_held
from tests.identity.broker import Broker
from tests.running import web

BEHAVIOURS = ("hang", "html", "redirect", "huge", "drip", "error", "hang up")
HANGING = 50  # sign-ins at once
LIMIT = 13.0  # seconds within which a page is there


class SignIn:
    """How somebody signs in at the broker, as their browser does it."""

    def __init__(self, door: Door, broker: Broker, keys: Path) -> None:
        self.door, self.broker = door, broker
        self.signing = parse_held(keys.read_text())["sig"][0].key

    def sign_in(self, number: int) -> Answer:
        """Go to the broker, prove to be person `number`, and return the answer to the return from there."""
        cookies = {"__Host-cookies": "2"}
        page = self._ask(cookies, "/identification/start/", {"provider": "test", "language": "fi"})
        address = re.search(rb'http-equiv="refresh" content="0; url=([^"]+)"', page.body)
        if address is None:
            return page
        request_object = parse_qs(urlsplit(unescape(address[1].decode())).query)["request"][0]
        who = {"hetu": rows.hetu(number), "first_names": "Maija Liisa", "last_name": "Meikäläinen"}
        query = urlencode(self.broker.authorize(request_object, who, self.signing))
        return self._ask(cookies, f"/identification/callback/?{query}", None)

    def _ask(self, cookies: dict[str, str], path: str, form: dict[str, str] | None) -> Answer:
        sent = "; ".join(f"{name}={value}" for name, value in cookies.items())
        answer = self.door.ask(path, form=form, cookies=sent)
        for cookie in answer.cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            cookies[name] = value
        return answer


@scenario("broker", "the broker hangs, answers HTML, a redirect, 100 MB, nothing; 50 sign-ins hang")
def broker(run: Run) -> None:
    with stage(run, 96) as played:
        keys = played.database.folder / "identity-keys.json"
        keys.parent.chmod(0o711)
        web.command(played.database.url, "manage.py", "identity_keys", "make", IDENTITY_KEYS_FILE=str(keys))
        neighbour = Broker(RSAKey.generate_key(2048, auto_kid=True), parse_held(keys.read_text())["enc"][0].key)
        played.stack.callback(neighbour.stop)
        own = {"IDENTITY_KEYS_FILE": str(keys), "IDENTITY_PROVIDERS": json.dumps([neighbour.settings()])}
        door = Door(played.serve(**own, DEMO_WITHOUT_DEBUG="true").port)  # a broker without https is taken then only
        person = SignIn(door, neighbour, keys)
        good = person.sign_in(rows.FIRST)
        run.figure("at peace", status=good.status, leads_to=_target(good), seconds=round(good.seconds, 2))
        run.must(_is_in(good), f"nobody can sign in: {good.status} {_target(good)}")
        for behaviour in BEHAVIOURS:
            neighbour.behaviour = behaviour
            answer = person.sign_in(rows.FIRST + 1)
            run.figure(f"the broker's answer: {behaviour}", leads_to=_target(answer), seconds=round(answer.seconds, 2))
            run.must(answer.status in {"302", "200"} and not _is_in(answer), f"{behaviour}: {answer.status}")
            run.must(answer.seconds < LIMIT, f"{behaviour}: a page after {answer.seconds:.1f} s")
        neighbour.behaviour = "good"
        calm = crowd(door, played.people[:32], Met())
        neighbour.behaviour = "hang"
        with ThreadPoolExecutor(HANGING) as threads, watched(door.port) as health:
            hanging = [threads.submit(person.sign_in, rows.FIRST + n) for n in range(HANGING)]
            met = crowd(door, played.people[32:], Met())
            answers = [each.result() for each in hanging]
        for each in (calm, met):
            played.take(each)
        slowest = max(answer.seconds for answer in answers)
        run.figure(f"confirming while {HANGING} sign-ins hang", slowest_sign_in_s=round(slowest, 1), **met.figures())
        run.figure("  without them", slowest_s=round(calm.slowest(), 2))
        run.figure("  /healthz meanwhile", **health.figures())
        run.must(not met.failed, f"{met.failed} attempts failed while sign-ins hung")
        run.must(slowest < LIMIT, f"a sign-in that hangs got its page after {slowest:.1f} s")
        run.must({answer.status for answer in answers} <= {"302", "200"}, "a sign-in that hangs got no page")
        neighbour.behaviour = "good"
        good = person.sign_in(rows.FIRST + 2)
        run.must(_is_in(good), f"nobody can sign in afterwards: {good.status} {_target(good)}")
        played.check(door)


def _target(answer: Answer) -> str:
    return urlsplit(answer.headers.get("location", "")).path or f"a page, {answer.status}"


def _is_in(answer: Answer) -> bool:
    return answer.status == "302" and "/applications/" in _target(answer)
