"""Authorization codes and used assertions: each works once, whichever worker is asked."""

import datetime as dt
import json
import re
import secrets
from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils import timezone

from demo.models import Code, UsedAssertion
from demo.request_objects import Request
from identity.claims import Identity
from identity.enums import Method

LIFETIME = dt.timedelta(seconds=90)
CODE_BYTES = 32
CODE_FORM = re.compile(r"[A-Za-z0-9_-]{43}")  # what token_urlsafe makes of these bytes; no NUL for the database


class Unknown(Exception):
    """The code was never issued, has been redeemed, or has expired."""


@dataclass(frozen=True, kw_only=True)
class Grant:
    """Who identified, when (seconds since 1970), and for which request."""

    identity: Identity
    at: int
    nonce: str
    code_challenge: str


def issue(request: Request, identity: Identity) -> str:
    """Return a fresh code, which stands for the identification of a person for a request."""
    now = timezone.now()
    Code.objects.filter(expires_at__lt=now).delete()
    grant = Grant(
        identity=identity,
        at=int(now.timestamp()),
        nonce=request.nonce,
        code_challenge=request.code_challenge,
    )
    code = secrets.token_urlsafe(CODE_BYTES)
    Code.objects.create(code=code, grant=json.dumps(asdict(grant)), expires_at=now + LIFETIME)
    return code


def redeem(code: str) -> Grant:
    """Use up a code, and return what it stands for. Raises Unknown."""
    if not CODE_FORM.fullmatch(code):
        raise Unknown
    row = Code.objects.filter(code=code, expires_at__gt=timezone.now()).first()
    # If two requests read the row, the one that deletes it wins.
    if row is None or not Code.objects.filter(code=code).delete()[0]:
        raise Unknown
    stored = json.loads(row.grant or "")
    identity = {**stored["identity"], "method": Method(stored["identity"]["method"])}
    return Grant(**{**stored, "identity": Identity(**identity)})


@transaction.atomic
def use_assertion(jti: str, *, expires_at: dt.datetime) -> bool:
    """Remember a client assertion, and tell whether it is used for the first time."""
    UsedAssertion.objects.filter(expires_at__lt=timezone.now()).delete()
    _, is_first = UsedAssertion.objects.get_or_create(jti=jti, defaults={"expires_at": expires_at})
    return is_first
