"""The pages by which a person asks for a link and sets a password (J5)."""

import re

import pytest
import time_machine
from django.test import Client

from identity import accounts
from identity.models import Account, LinkRequest
from identity.views.accounts import MOST_ASKED
from mailing.models import Letter
from tests.cast import MAIJA, OLLI
from tests.conftest import headings
from tests.identity.accounts import CODE_END, EMAIL, PASSWORD, issued, token_of

pytestmark = pytest.mark.django_db
CREATE, FORGOTTEN, ASKED = (f"/en/account/{name}/" for name in ("create", "forgotten-password", "link-asked"))
SET, DONE = "/en/account/password/", "/en/account/password-set/"


@pytest.fixture(autouse=True)
def _stopped_clock():
    """Limits begin anew with the minute: none does during a test."""
    with time_machine.travel("2026-11-21T10:00:05Z", tick=False):
        yield


# --- Asking ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "title", "button"),
    [("fi", "Luo tunnus", "Jatka"), ("sv", "Skapa användarnamn", "Fortsätt"), ("en", "Create account", "Continue")],
)
def test_page_has_the_fixed_texts(client, language, title, button):
    response = client.get(f"/{language}/account/create/")

    assert headings(response)[0] == title
    assert f">{button}</button>" in response.content.decode()


@pytest.mark.parametrize("address", [CREATE, FORGOTTEN])
def test_answer_is_the_same_whether_or_not_the_address_is_known(address, django_assert_num_queries):
    issued(MAIJA)
    accounts.close(issued(OLLI, email="olli@example.test"))

    answers = []
    for email in (EMAIL, "olli@example.test", "nobody@example.test"):
        client = Client()
        with django_assert_num_queries(4) as queries:  # three limits, one request
            sent = client.post(address, {"email": email})
        statements = [query["sql"].split()[0] for query in queries]
        shown = client.get(sent["Location"])
        answers.append((sent.status_code, sent["Location"], dict(sent.cookies), shown.status_code, shown.content))
        assert statements == ["INSERT"] * 4

    assert answers[0][:3] == (302, ASKED, {})
    assert answers == [answers[0]] * 3


def test_hasher_is_not_run_for_anybody(settings, counting_hasher):
    issued(MAIJA)

    for email in (EMAIL, "nobody@example.test"):
        Client().post(CREATE, {"email": email})

    assert counting_hasher.calls == []


@pytest.mark.parametrize("email", ["", "maija", "maija@", "ma ija@example.test", "maija@example.test\0"])
def test_what_is_no_address_is_said_beside_the_field(client, email):
    page = client.post(CREATE, {"email": email}).content.decode()

    assert "The form has the following errors:" in page
    assert LinkRequest.objects.count() == 0


def test_one_client_and_one_address_cannot_ask_without_end(client):
    statuses = [client.post(CREATE, {"email": f"m{i}@example.test"}).status_code for i in range(MOST_ASKED + 1)]

    assert statuses == [302] * MOST_ASKED + [429]


def test_slips_of_those_before_use_up_nothing_of_those_who_come_after(client):
    statuses = [client.post(CREATE, {"email": "maija@"}).status_code for _ in range(MOST_ASKED + 1)]

    assert statuses == [200] * (MOST_ASKED + 1)
    assert client.post(CREATE, {"email": EMAIL}).status_code == 302


def test_holder_keeps_the_newest_link_however_often_others_ask_for_one():
    issued()
    for number in range(6):
        answer = Client(REMOTE_ADDR=f"192.0.2.{number}").post(CREATE, {"email": EMAIL})
        accounts.answer_requests()

    assert (answer.status_code, answer["Location"]) == (302, ASKED)
    assert Letter.objects.filter(message="account_link", to=EMAIL).count() == 1 + 5
    assert Client().get(SET, {"token": token_of(Account.objects.get())}).status_code == 200


def test_links_to_one_address_are_limited_by_the_day_too():
    issued()
    for hour in range(13):
        with time_machine.travel(f"2026-11-21T{hour:02}:00:05Z", tick=False):
            Client().post(CREATE, {"email": EMAIL})
            accounts.answer_requests()

    assert Letter.objects.filter(message="account_link", to=EMAIL).count() == 1 + 10


def test_form_from_another_site_is_refused(client):
    response = client.post(CREATE, {"email": EMAIL}, headers={"Sec-Fetch-Site": "cross-site"})

    assert response.status_code == 403
    assert LinkRequest.objects.count() == 0


# --- The password ----------------------------------------------------------------------------------------


@pytest.fixture
def token():
    return token_of(issued())


def test_reading_the_link_changes_nothing_and_keeps_its_address(client, token):
    for method in (client.get, client.head, client.get):
        response = method(SET, {"token": token})

        assert response.status_code == 200
        assert response["Cache-Control"] == "no-store, private"
        assert response["Referrer-Policy"] == "no-referrer, strict-origin"
        assert dict(response.cookies) == {}
    assert not Account.objects.get().user.has_usable_password()


def test_password_field_is_for_a_new_one_and_may_be_pasted_into(client, token):
    page = client.get(SET, {"token": token}).content.decode()

    assert 'autocomplete="new-password"' in page
    assert f'value="{EMAIL}" autocomplete="username"' in page
    assert "At least 12 characters" in page
    assert "paste" not in page
    assert "pattern=" not in page


def test_password_is_hidden_while_it_is_typed(client, token):
    pages = [client.get(SET, {"token": token}), client.get("/en/log-in/?next=/en/admin/")]

    fields = [re.search(r'<input[^>]*\bname="password"[^>]*>', page.text)[0] for page in pages]

    assert ['type="password"' in field for field in fields] == [True, True]


def test_password_is_set_and_logging_in_follows(client, token):
    response = client.post(SET, {"token": token, "password": PASSWORD, "code_end": CODE_END})

    assert (response.status_code, response["Location"]) == (302, DONE)
    assert dict(response.cookies) == {}
    assert 'href="/en/log-in/"' in client.get(DONE).content.decode()
    assert Account.objects.get().user.check_password(PASSWORD)


@pytest.mark.parametrize("password", ["kaksitoista1", "ääkkösiäöö12", "sanoja on monta, " * 11, "pilkku, ja väli 'x'"])
def test_any_characters_do(client, token, password):
    assert client.post(SET, {"token": token, "password": password, "code_end": CODE_END}).status_code == 302
    assert Account.objects.get().user.check_password(password)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("yksitoista1", "too short"),
        ("qwertyuiop123", "too common"),
        ("Salasana2026!", "too common"),
        ("MaijaMeikäläinen1!", "made of your own name"),
        ("a" * 201, "at most 200"),
        ("", "required"),
        ("kolme sanaa\0 peräkkäin", "Null characters"),
    ],
)
def test_bad_password_is_said_beside_the_field_and_the_link_goes_on_working(client, token, password, reason):
    page = client.post(f"{SET}?token={token}", {"password": password, "code_end": CODE_END}).content.decode()

    assert page.count(reason) >= 2  # in the summary, and beside the field
    assert page.count(f"password/?token={token}") == 3  # the language links
    assert not password or f'value="{password}"' not in page
    assert client.post(SET, {"token": token, "password": PASSWORD, "code_end": CODE_END}).status_code == 302


# --- The end of the code ---------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", [CODE_END.lower(), f" {CODE_END} ", f"-{CODE_END}", MAIJA["hetu"], "010594 – 9032"])
def test_end_of_the_code_is_taken_in_any_form(client, token, typed):
    assert client.post(SET, {"token": token, "password": PASSWORD, "code_end": typed}).status_code == 302


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "required"),
        ("9033", "These are not the last four characters"),
        ("903", "Enter exactly four characters"),
        ("010594", "Enter exactly four characters"),
        ("９０３２", "Enter exactly four characters"),
        ("9032\0", "Null characters"),
    ],
)
def test_mailbox_alone_opens_nothing(client, token, typed, said):
    """J5: whoever reads the email has the link."""
    page = client.post(SET, {"token": token, "password": PASSWORD, "code_end": typed}).content.decode()

    assert page.count(said) >= 2  # in the summary, and beside the field
    assert 'href="#id_code_end"' in page
    assert not typed or f'value="{typed}"' not in page
    assert not Account.objects.get().user.has_usable_password()


def test_end_of_the_code_cannot_be_guessed_from_many_places_or_with_many_links(client, token):
    for number in range(10):
        elsewhere = Client(REMOTE_ADDR=f"192.0.2.{number}")
        elsewhere.post(SET, {"token": token, "password": PASSWORD, "code_end": f"{number:03}X"})
        if number == 5:
            accounts.send_link(Account.objects.get())
            token = token_of(Account.objects.get())

    locked = client.post(SET, {"token": token, "password": PASSWORD, "code_end": CODE_END})
    accounts.send_link(Account.objects.get())
    again = client.get(SET, {"token": token_of(Account.objects.get())})

    for response in (locked, again):
        assert (response.status_code, f'href="{CREATE}"' in response.text) == (410, False)
        assert "You have entered the wrong characters too many times. Come to customer service" in response.text
    assert not Account.objects.get().user.has_usable_password()


def test_account_that_was_locked_is_opened_at_the_counter(client):
    issued()
    Account.objects.update(wrong_tries=10)

    token = token_of(issued())

    assert client.post(SET, {"token": token, "password": PASSWORD, "code_end": CODE_END}).status_code == 302


def test_wrong_tries_are_forgotten_once_the_password_is_set(client, token):
    client.post(SET, {"token": token, "password": PASSWORD, "code_end": "999X"})
    tried = Account.objects.get().wrong_tries

    client.post(SET, {"token": token, "password": PASSWORD, "code_end": CODE_END})

    assert (tried, Account.objects.get().wrong_tries) == (1, 0)


def test_bad_password_does_not_tell_whether_the_code_is_right(client, token):
    pages = [
        client.post(SET, {"token": token, "password": "short", "code_end": end}).content for end in (CODE_END, "999X")
    ]

    assert pages[0] == pages[1]
    assert Account.objects.get().wrong_tries == 0


def test_end_of_the_code_is_in_no_log(client, token, caplog):
    client.post(SET, {"token": token, "password": PASSWORD, "code_end": "987X"})

    assert "wrong end of the code" in caplog.text
    assert [
        record for record in caplog.records if "987X" in str(record.__dict__) or CODE_END in record.getMessage()
    ] == []


def _use(token):
    accounts.set_password(token, password=PASSWORD, code_end=CODE_END)


def _replace(token):
    accounts.send_link(Account.objects.get())


def _close(token):
    accounts.close(Account.objects.get())


@pytest.mark.parametrize(
    ("end", "said"),
    [(_use, "already created a password"), (_replace, "has been replaced"), (_close, "has been closed")],
)
def test_dead_link_says_why_and_how_to_get_a_new_one(client, token, end, said):
    end(token)

    for response in (
        client.get(SET, {"token": token}),
        client.post(SET, {"token": token, "password": "x" * 12, "code_end": CODE_END}),
    ):
        page = response.content.decode()
        assert response.status_code == 410
        assert said in page
        assert f'href="{CREATE}"' in page
        assert EMAIL not in page
        assert response["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize(
    ("language", "said"),
    [("fi", "Linkki on vanhentunut"), ("sv", "Länken har gått ut"), ("en", "The link has expired")],
)
def test_link_that_has_expired(client, language, said, monkeypatch, token):
    monkeypatch.setattr("identity.account_links.LIFETIME", 0 * accounts.account_links.LIFETIME)

    assert said in client.get(f"/{language}/account/password/?token={token}").content.decode()


def test_unknown_links_are_counted_and_known_ones_go_on_working(client, token):
    statuses = [client.get(SET, {"token": f"{i:040}"}).status_code for i in range(31)]

    assert statuses == [404] * 30 + [429]
    assert client.get(SET, {"token": token}).status_code == 200


def test_password_sent_from_another_site_is_refused(client, token):
    response = client.post(
        SET, {"token": token, "password": PASSWORD, "code_end": CODE_END}, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert response.status_code == 403
    assert not Account.objects.get().user.has_usable_password()


def test_setting_a_password_ends_the_sessions_of_the_account(client, token):
    account = Account.objects.get()
    client.force_login(account.user, backend="identity.backend.BrokerBackend")

    Client().post(SET, {"token": token, "password": PASSWORD, "code_end": CODE_END})

    assert client.get("/en/").wsgi_request.user.is_anonymous
