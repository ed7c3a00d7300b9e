"""Two people, one browser: the broker's own session ends too, where it can be ended."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from identity import checks
from identity.models import Person
from tests.cast import MAIJA, OLLI
from tests.identity.published import AINO, published, set_up

pytestmark = pytest.mark.django_db
BACK = "http://testserver/identification/signed-out/"


@pytest.fixture
def helsinki(broker, settings, monkeypatch):
    """Helsinki's service, which signs its tokens only and tells the code in userinfo."""
    settings.IDENTITY_PROVIDERS = [broker.settings(dialect="helsinki", encrypted=False, **set_up("helsinki", broker))]
    broker.published_claims = published("helsinki")
    broker.userinfo = {"sub": "transient", "national_id_num": AINO["hetu"]}
    monkeypatch.setattr("tests.identity.broker.encrypt", lambda token, key: token)
    return broker


def leave(visitor, address="/fi/sign-out/", **form):
    """Return the page that follows on a sign-out, and the broker's address that it goes on to."""
    visitor.get("/fi/identify/")
    form["csrfmiddlewaretoken"] = visitor.session["_csrftoken"]
    response = visitor.post(address, form)
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', response.content.decode())
    return response, unescape(found[1]) if found else ""


def come_back(visitor, address):
    return visitor.get("/identification/signed-out/", {"state": asked_of(address)["state"]})["Location"]


def asked_of(address):
    return {name: value for name, (value,) in parse_qs(urlsplit(address).query).items()}


def test_sign_out_ends_the_broker_s_session_and_comes_back_to_the_person_s_language(visitor, helsinki):
    visitor.identify(helsinki)
    response, address = leave(visitor)

    asked = asked_of(address)
    assert address.startswith(f"{helsinki.url}/logout?")
    assert (asked["client_id"], asked["post_logout_redirect_uri"]) == ("heka-confirm", BACK)
    assert asked["id_token_hint"].count(".") == 2
    assert "_auth_user_id" not in visitor.session
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert come_back(visitor, address) == "/fi/signed-out/"


def test_next_person_comes_to_the_identification_page_after_the_broker_has_let_the_first_go(visitor, helsinki):
    visitor.identify(helsinki)
    page = visitor.get("/fi/identify/?next=/fi/how-to/").content.decode()
    after = unescape(re.search(r'name="next" value="(/fi/identify/.another[^"]*)"', page)[1])
    _, address = leave(visitor, next=after)

    assert come_back(visitor, address) == "/fi/identify/?another=yes&next=/fi/how-to/"
    helsinki.userinfo["national_id_num"] = OLLI["hetu"]
    assert visitor.identify(helsinki)["Location"] == "/fi/applications/waiting/"
    assert set(Person.objects.values_list("hetu", flat=True)) == {AINO["hetu"], OLLI["hetu"]}


def test_shared_computer_is_left_at_the_broker_too(visitor, helsinki):
    visitor.identify(helsinki)
    response, address = leave(visitor, "/fi/leave/")
    assert (
        visitor.get("/identification/signed-out/", {"state": asked_of(address)["state"]})["Location"]
        == "/fi/leave/done/"
    )
    assert response["Clear-Site-Data"] == '"cache", "cookies", "storage"'


def test_token_that_holds_a_code_never_goes_into_an_address(visitor, helsinki):
    helsinki.published_claims = published("helsinki", national_id_num=AINO["hetu"])
    visitor.identify(helsinki)
    _, address = leave(visitor)
    assert "id_token_hint" not in asked_of(address)


def test_session_keeps_the_token_encrypted(visitor, helsinki):
    visitor.identify(helsinki)
    stored = str(dict(visitor.session.items()))
    _, address = leave(visitor)
    assert asked_of(address)["id_token_hint"] not in stored


def test_sign_out_works_when_what_was_kept_can_no_longer_be_read(visitor, helsinki):
    visitor.identify(helsinki)
    session = visitor.session
    session["id_token_hint"] = b"under a key that has gone".hex()
    session.save()
    _, address = leave(visitor)
    assert address.startswith(f"{helsinki.url}/logout?")
    assert "id_token_hint" not in asked_of(address)


@pytest.mark.parametrize("state", ["", "forged", "https://evil.example/", None])
def test_coming_back_with_a_state_that_is_not_ours_leads_nowhere_else(visitor, state):
    query = {} if state is None else {"state": state}
    assert visitor.get("/identification/signed-out/", query)["Location"] == "/fi/signed-out/"


def test_person_who_was_refused_can_log_out_at_the_broker(visitor, helsinki):
    """Otherwise the next person in the browser would be refused for the sake of the first."""
    helsinki.published_claims = published("helsinki", loa="low")
    arrived = visitor.identify(helsinki, next="/fi/how-to/")["Location"]

    assert urlsplit(arrived).path == "/fi/identify/refused/"
    page = unescape(visitor.get(arrived).content.decode())
    address = re.search(rf'href="({re.escape(helsinki.url)}/logout[^"]+)"', page)[1]
    assert come_back(visitor, address) == "/fi/identify/?next=/fi/how-to/"


@pytest.mark.parametrize("outcome", ["refused", "error", "counter"])
def test_page_says_how_to_end_the_session_of_a_broker_without_logout(visitor, broker, outcome):
    page = visitor.get(f"/en/identify/{outcome}/").content.decode()
    assert "First close all windows of this browser" in page


def test_sign_out_at_a_broker_without_logout_says_how_to_end_its_session(visitor, broker):
    visitor.identify(broker, MAIJA, language="en")
    response, address = leave(visitor, "/en/sign-out/")
    assert (response["Location"], address) == ("/en/signed-out/", "")
    assert "First close all windows of this browser" in visitor.get("/en/signed-out/").content.decode()


def test_page_for_the_next_person_says_so_too(visitor, broker):
    visitor.accept_cookies()
    told = [
        "private window" in visitor.get(f"/en/identify/{query}").content.decode() for query in ("", "?another=yes")
    ]
    assert told == [False, True]


def test_settings_with_both_addresses_have_no_fault(helsinki):
    assert checks.check_providers() == []
