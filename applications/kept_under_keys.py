"""Everything that is stored under a key of the installation, and how much of it is under which key."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from django.apps import apps
from django.db.models import Count

from applications import draft_links, invitation_links
from applications.models import Draft, Invitation
from core import crypto
from core.crypto import Purpose
from core.links import MailedSecret
from core.reencryption import Kept
from identity import account_links, staff, staff_links
from identity.models import AccountLink, StaffLink
from mailing import letter_codes
from mailing.models import Letter
from records import keys
from records.models import Chain, Entry

SECRETS: dict[type, tuple[MailedSecret, ...]] = {
    Invitation: (invitation_links.TOKEN, invitation_links.CODE),
    Draft: (draft_links.TOKEN,),
    AccountLink: (account_links.TOKEN,),
    StaffLink: (staff_links.TOKEN,),
    Letter: (letter_codes.CODE,),
}
Under = defaultdict[str, Counter[str]]  # by the id of a key, how many values of each model


@dataclass(frozen=True)
class Line:
    """A line of the report, and whether it tells of something that cannot be read."""

    text: str
    is_wrong: bool = False


def all_kept() -> list[Kept]:
    """Return what is kept under keys in the rows of each model. Second factors are apart (identity/staff.py)."""
    found = (Kept(model, SECRETS.get(model, ())) for model in apps.get_models())
    return [kept for kept in found if kept.columns]


@dataclass(frozen=True)
class Newest:
    """The newest value of one kind: the setting whose keys it needs, their ids, and what asks for the key's id."""

    setting: str
    live: list[str]
    name: str
    key: Callable[[], str]


def newest() -> Iterator[Newest]:
    """Yield how to find the key of the newest value in each column, but for links and codes, which end."""
    encryption, index = live_key_ids("encryption"), live_key_ids("index")
    for kept in all_kept():
        name = str(kept.model._meta.model_name)
        for column in kept.encrypted:
            yield Newest("FIELD_ENCRYPTION_KEYS", encryption, name, partial(kept.newest, column))
        for column in kept.indexed:
            yield Newest("FIELD_INDEX_KEYS", index, name, partial(kept.newest, column))
    entries = Entry.objects.order_by("-pk").values_list("key_id", flat=True)
    yield Newest("RECORD_KEYS", keys.live_key_ids(), "entry", lambda: entries.first() or "")


def live_key_ids(purpose: Purpose) -> list[str]:
    """Return the ids of all keys of a list, the one that writes first."""
    return [stamp.hex() if purpose == "encryption" else stamp.decode() for stamp in crypto.stamps(purpose)]


def report() -> Iterator[Line]:
    """Yield how much is under each key, list by list; a key is named by its place, and by its id beside the values."""
    encrypted = _under(lambda kept: kept.encrypted)
    for key, number in staff.factors_under_keys().items():
        encrypted[key]["authenticator"] += number
    yield from _of_list("FIELD_ENCRYPTION_KEYS", live_key_ids("encryption"), encrypted)
    live = live_key_ids("index")
    indexes, ended = _under(lambda kept: kept.indexed), Counter[str]()
    for key, numbers in _under(lambda kept: kept.hashed).items():
        for name, number in numbers.items():
            if key in live:
                indexes[key][f"{name} (link or code)"] += number
            else:
                ended[name] += number
    yield from _of_list("FIELD_INDEX_KEYS", live, indexes)
    if ended:
        yield Line(f"  links and codes that have ended with a former key: {_numbers(ended)}")
    recorded: Under = defaultdict(Counter)
    for model in (Chain, Entry):
        for key, number in model._base_manager.order_by().values_list("key_id").annotate(Count("pk")):
            recorded[key][str(model._meta.model_name)] += number
    yield from _of_list("RECORD_KEYS", keys.live_key_ids(), recorded)


def _under(columns: Callable[[Kept], Iterable[str]]) -> Under:
    """Return how many values of such columns are under each key, by its id and the name of the model."""
    under: Under = defaultdict(Counter)
    for kept in all_kept():
        for key, number in kept.counts(columns(kept)).items():
            under[key][str(kept.model._meta.model_name)] += number
    return under


def _of_list(setting: str, live: list[str], under: Under) -> Iterator[Line]:
    yield Line(f"{setting}:")
    for place, key in enumerate(live, 1):
        does = "writes" if place == 1 else "still reads"
        yield Line(f"  key {place} ({key}) {does}: {_numbers(under[key])}")
    for key, numbers in sorted(under.items()):
        if key not in live:
            yield Line(f"  {setting} lacks the key {key}: {_numbers(numbers)} cannot be read", is_wrong=True)


def _numbers(numbers: Counter[str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(numbers.items())) or "nothing"
