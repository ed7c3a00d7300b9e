"""Finding or making the person whom a broker or the counter has identified, and the person as an actor."""

import datetime as dt
import uuid
from typing import Any

from django.db import IntegrityError, transaction

from core import crypto, hetu
from core.actors import Actor, Role, Source
from identity.claims import Identity
from identity.models import Person, User
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
    """Return the person of that personal identity code under any live key, locked; None for an unknown code."""
    # no_key: rows that point to the person, such as a confirmation, need not wait for this lock.
    people = Person.objects.select_related("user").select_for_update(of=("self",), no_key=True)
    return people.filter(hetu_index__in=crypto.indexes(code)).first()


def recognise(identity: Identity, *, language: str, at: dt.datetime) -> Person:
    """Return the person of that identity. A new one is made, and a known one is brought up to date.

    Two first sign-ins at once make one person: the second finds the row of the first.
    """
    try:
        return _recognise(identity, language=language, at=at)
    except IntegrityError:
        return _recognise(identity, language=language, at=at)


@transaction.atomic
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
    person = find(identity.hetu)
    if person is None:
        return Person.objects.create(user=_new_user(), **facts)
    # A broker that knows the name in one piece only must not undo what another one divided.
    in_one_piece = not identity.first_names and _words(str(person)) == _words(identity.last_name)
    for name, value in facts.items():
        if not (in_one_piece and name in ("first_names", "last_name")):
            setattr(person, name, value)
    person.save()
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
    return find(code) or Person.objects.create(
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
