"""What SECRET_KEY signs is known to processes that have the former and the new key in another order (ADR 56)."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.core import signing
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from applications import draft_access, draft_links, drafts, invitation_links
from applications.form.data import empty_data
from applications.invitation_links import UnknownInvitation
from identity import attempts, broker_sessions
from identity.attempts import Attempt
from tests import cast
from tests.applications.factories import application, invitation, person, sign_in

pytestmark = pytest.mark.django_db

FORMER, NEW = "the former secret key " * 3, "the new secret key, made at random " * 2
# Before a change, its two steps, and after it.
STATES = [(FORMER, []), (FORMER, [NEW]), (NEW, [FORMER]), (NEW, [])]


@pytest.fixture
def serve(settings):
    """Return a function that lets the process with the keys of that state serve from now on."""

    def set_keys(state):
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = STATES[state]

    return set_keys


def attempt_cookie():
    attempt = Attempt(provider="p", language="fi", next="")
    response, request = HttpResponse(), RequestFactory().get("/")
    attempts.remember(request, response, attempt)
    request.COOKIES = {name: morsel.value for name, morsel in response.cookies.items()}
    return lambda: attempts.find(request, attempt.state) == attempt


def draft_pass():
    draft = drafts.begin_draft(empty_data(language="fi"), language="fi")
    text = draft_links.make_draft_pass(draft)
    return lambda: draft_links.take_draft_pass(text, person=person(cast.OLLI)) == draft


def draft_cookie():
    draft = drafts.begin_draft(empty_data(language="fi"), language="fi")
    value = draft_access._signer(draft).sign(f"{draft.pk}.session")
    return lambda: draft_access._session_key(draft, value) == "session"


def invitation_pass():
    found = invitation(application(cast.MAIJA, cast.OLLI), cast.OLLI)
    text = invitation_links._invitation_signer().sign(str(found.pk))  # where its token cannot be written any more
    return lambda: invitation_links.linked_invitation(text) == found


def way_back_from_a_broker():
    state = signing.dumps("/en/", salt=broker_sessions.SALT)
    return lambda: broker_sessions.next_after_broker(state) == "/en/"


SIGNED = {
    "attempt": attempt_cookie,
    "draft pass": draft_pass,
    "draft cookie": draft_cookie,
    "invitation pass": invitation_pass,
    "way back": way_back_from_a_broker,
}


@pytest.mark.parametrize("signed", SIGNED)
@pytest.mark.parametrize(("made_by", "read_by"), [(0, 1), (1, 0), (1, 2), (2, 1), (2, 3), (3, 2)])
def test_what_one_process_signs_the_next_step_verifies_and_the_other_way_round(signed, made_by, read_by, serve):
    serve(made_by)
    is_known = SIGNED[signed]()

    serve(read_by)

    assert is_known()


def test_key_that_is_put_first_in_one_step_is_what_breaks(serve):
    """The negative control: a process that has only the former key does not know what is signed by the new one."""
    serve(2)
    is_known = invitation_pass()

    serve(0)

    with pytest.raises(UnknownInvitation):
        is_known()


def test_person_stays_signed_in_and_sends_forms_while_processes_of_both_orders_serve(serve):
    client, page = Client(enforce_csrf_checks=True), reverse("applications:waiting")
    serve(0)
    sign_in(client, cast.MAIJA)

    for state in (0, 1, 0, 1, 2, 1, 2, 1, 2, 3, 2, 3):
        serve(state)
        answer = client.get(page, follow=True)
        assert answer.status_code == 200
        assert answer.context["user"].person == person(cast.MAIJA)

    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', answer.text)[1]
    serve(2)
    sent = client.post(reverse("identity:sign_out"), {"csrfmiddlewaretoken": token})
    assert sent.status_code == 302
    assert Session.objects.count() == 0
