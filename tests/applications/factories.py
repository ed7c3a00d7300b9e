"""What the tests arrange: people who are identified, applications that came in, confirmations made."""

from typing import Any

from django.test import Client
from django.utils import timezone

from applications import confirmation, document, intake, terms
from applications.models import Applicant, Application, Confirmation, Invitation
from core import crypto, hetu
from core.actors import Actor, Role, Source
from identity import passwords
from identity import proof as identity_proof
from identity.enums import Method
from identity.models import Person, User
from identity.people import person_actor
from identity.proof import Proof
from tests import cast

HOUSING_SYSTEM = Actor(Role.HOUSING_SYSTEM, Source.HOUSING_SYSTEM, name="Housing system")


def person(who: dict[str, str]) -> Person:
    """Return somebody of the cast as a person whom the service knows."""
    index, username = crypto.indexes(who["hetu"])[0], who["last_name"] + who["first_names"]
    known = Person.objects.filter(hetu_index=index).first()
    if known := known or Person.objects.filter(user__username=username).first():  # whose code has changed since
        return known
    return Person.objects.create(
        user=User.objects.get_or_create(username=username)[0],  # kept if erased
        hetu=who["hetu"],
        hetu_index=index,
        first_names=who["first_names"],
        last_name=who["last_name"],
        birth_date=hetu.birth_date(who["hetu"]),
        language="fi",
        identified_at=timezone.now(),
    )


def actor(who: dict[str, str]) -> Actor:
    """Return somebody of the cast as the person who acts, identified with online banking codes."""
    return person_actor(person(who), proof())


def application(*applicants: dict[str, str], **more: Any) -> Application:
    """Send an application of these people, just now unless sent_at says otherwise."""
    return intake.send(document.parse(cast.document(*applicants, **more)), by=HOUSING_SYSTEM)


def proof(method: Method = Method.BANK) -> Proof:
    return Proof(method=method, provider="demo", level="loatest2", at=timezone.now().isoformat())


def sign_in(client: Client, who: dict[str, str], *, method: Method = Method.BANK, accept_terms: bool = True) -> Client:
    """Sign somebody of the cast in, who has accepted the terms unless told otherwise, and return the client."""
    backend = passwords.PATH if method == Method.ACCOUNT else "identity.backend.BrokerBackend"
    client.force_login(person(who).user, backend=backend)
    session = client.session
    identity_proof.remember(session, proof(method))
    session.save()
    if accept_terms:
        terms.accept(terms.current(), by=actor(who))
    return client


def confirm(sent: Application, who: dict[str, str], *, digest: str | None = None) -> Confirmation:
    """Let somebody of the cast confirm what they read, the current version unless told otherwise."""
    read = Application.objects.with_people().get(pk=sent.pk)
    return confirmation.confirm(
        read, by=actor(who), proof=proof(), terms=terms.current(), digest=digest or read.version.digest
    )


def state(sent: Application) -> str:
    return Application.objects.get(pk=sent.pk).state


def applicant(sent: Application, who: dict[str, str]) -> Applicant:
    """Return the slot of somebody of the cast in the current version, read afresh."""
    return Applicant.objects.get(version__current_of=sent, hetu_index=crypto.indexes(who["hetu"])[0])


def invitation(sent: Application, who: dict[str, str]) -> Invitation:
    """Return somebody's live invitation."""
    return applicant(sent, who).invitations.get(replaced_at=None)
