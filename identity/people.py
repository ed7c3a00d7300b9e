"""Finding or making the person whom a broker or the counter has identified, and the person as an actor."""

import datetime as dt
import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from core import claims, crypto, hetu, stored
from core.actors import Actor, Role, Source
from core.compiled import Compiled
from core.transactions import atomically
from identity import accounts, session_store
from identity.claims import Identity
from identity.models import Account, Person, User
from identity.proof import Proof


def person_actor(person: Person, proof: Proof) -> Actor:
    """Return an identified person as an actor."""
    return Actor(Role.APPLICANT, Source.PERSON, user=person.user, how=proof.method)


def acting_person(actor: Actor) -> Person | None:
    """Return the identified person who acts, or None when the actor is anybody else."""
    if actor.source != Source.PERSON or actor.user is None:
        return None
    return actor.user.person


def find(code: str) -> Person | None:
    """Return the person of that personal identity code under any live key, locked; None for an unknown code.

    Of a person who is stored twice (ADR 56), the row under the active key is returned.
    """
    indexes = crypto.indexes(code)
    return min(_OF_CODE.rows(codes=indexes), key=lambda person: indexes.index(person.hetu_index), default=None)


def _find_or_claim(code: str) -> Person | None:
    """Return the person of that code, locked. If there is none, nobody else makes one before this transaction ends.

    A unique index is not enough: while a key is changed, two processes write the code under two keys.
    """
    person = find(code)
    if person is None:
        claims.claim([crypto.common_index(code)])
        person = find(code)
    return person


def recognise(identity: Identity, *, language: str, at: dt.datetime) -> Person:
    """Return the person of that identity. A new one is made, and a known one is brought up to date.

    Two first sign-ins at once make one person: the second finds the row of the first.
    """
    try:
        return _recognise(identity, language=language, at=at)
    except IntegrityError:
        return _recognise(identity, language=language, at=at)


@atomically
def _recognise(identity: Identity, *, language: str, at: dt.datetime) -> Person:
    facts = {
        "hetu": identity.hetu,
        "hetu_index": crypto.indexes(identity.hetu)[0],  # under the active key from now on
        "first_names": identity.first_names,
        "last_name": identity.last_name,
        "birth_date": hetu.birth_date(identity.hetu),
        "language": language,
        "identified_at": at,
    }
    person = _find_or_claim(identity.hetu)
    if person is None:
        return Person.objects.create(user=_new_user(), **facts)
    # A broker that knows the name in one piece only must not undo what another one divided.
    in_one_piece = not identity.first_names and _words(str(person)) == _words(identity.last_name)
    for name, value in facts.items():
        if not (in_one_piece and name in ("first_names", "last_name")):
            setattr(person, name, value)
    stored.update(person, *facts)
    return person


def _words(name: str) -> list[str]:
    return sorted(name.casefold().split())


def of_code(code: str, *, first_names: str, last_name: str, language: str, at: dt.datetime) -> Person:
    """Return the person of a code that a document at the counter shows. A new one is made.

    A known person does not change, because what a bank has told counts for more than an application.
    """
    facts = {"first_names": first_names, "last_name": last_name, "language": language, "identified_at": at}
    try:
        return _of_code(code, **facts)
    except IntegrityError:
        return _of_code(code, **facts)


@transaction.atomic
def _of_code(code: str, **facts: Any) -> Person:
    return _find_or_claim(code) or Person.objects.create(
        user=_new_user(),
        hetu=code,
        hetu_index=crypto.indexes(code)[0],
        birth_date=hetu.birth_date(code),
        **facts,
    )


def _new_user() -> User:
    # A name that says nothing: the code may change, and names may repeat.
    user = User(username=uuid.uuid4().hex)
    user.set_unusable_password()
    user.save()
    return user


@transaction.atomic
def exchange_codes(former: str, new: str) -> tuple[Person | None, Person | None]:
    """Let whoever was known by one code be known by another, and the other way round; return the two, as they were.

    The personal identity code of one person has changed from `former` to `new`. If both are known, the row with an
    open account keeps being the person's, or else that of the former code, and has the new code from now on. The other
    row has the former code, its account is closed, and whoever is logged in by it is logged out.
    """
    try:
        return _exchange(former, new)
    except IntegrityError:  # somebody of the new code has just identified themselves for the first time
        return _exchange(former, new)


@transaction.atomic
def _exchange(former: str, new: str) -> tuple[Person | None, Person | None]:
    holder, other = find(former), _find_or_claim(new)
    if holder is None:
        return None, other
    if other is None:
        _give_code(holder, new)
        return holder, None
    if _has_account(other) and not _has_account(holder):
        _log_out(holder)
        return holder, other
    _swap_codes(holder, other)
    for account in Account.objects.filter(user=other.user_id, closed_at=None):
        accounts.close(account)
    _log_out(other)
    return holder, other


@transaction.atomic
def restore_codes(holder: Person, other: Person | None, *, former: str, new: str) -> None:
    """Undo exchange_codes(), of which `holder` and `other` are the outcome; both are logged out.

    Somebody who is not known by the new code any more keeps what they have.
    """
    people = Person.objects.select_for_update(no_key=True).in_bulk([holder.pk, *([other.pk] if other else [])])
    locked = people[holder.pk]
    if locked.hetu == new:
        # The other row, or somebody who has identified themselves by the former code since.
        rest = _find_or_claim(former)
        if rest is None:
            _give_code(locked, former)
        else:
            _swap_codes(locked, rest)
    for person in people.values():
        _log_out(person)


def _swap_codes(one: Person, other: Person) -> None:
    codes = one.hetu or "", other.hetu or ""
    Person.objects.filter(pk=one.pk).update(hetu_index=uuid.uuid4().hex)  # each code has one row at any moment
    _give_code(other, codes[0])
    _give_code(one, codes[1])


def _give_code(person: Person, code: str) -> None:
    person.hetu, person.hetu_index, person.birth_date = code, crypto.indexes(code)[0], hetu.birth_date(code)
    person.save(update_fields=["hetu", "hetu_index", "birth_date"])


def _has_account(person: Person) -> bool:
    return Account.objects.filter(user=person.user_id, closed_at=None).exists()


def _log_out(person: Person) -> None:
    """End every session of a person."""
    User.objects.filter(pk=person.user_id).update(session_series=F("session_series") + 1)


def signed_in_user(pk: int) -> User | None:
    """Return the user of the session that was just read, with their person; None if deactivated (ADR 65)."""
    user = session_store.read_along()
    if user is None or user.pk != pk:
        user = _SIGNED_IN.first(pk=pk)
    return user if user and user.is_active else None


_OF_CODE = Compiled(
    lambda codes: (
        Person.objects.select_related("user")
        # no_key: rows that point to the person, such as a confirmation, need not wait for this lock.
        .select_for_update(of=("self",), no_key=True)
        .filter(hetu_index__in=codes)
        .order_by("pk")
    )
)
_SIGNED_IN = Compiled(lambda pk: User.objects.select_related("person").filter(pk=pk))
