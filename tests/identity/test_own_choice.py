"""The banks and apps on our own page, as OP's embedded UI tells them."""

import re
import threading
from html import unescape

import pytest

from identity import keys, own_choice, providers
from tests.identity.published import AINO, published, set_up

pytestmark = pytest.mark.django_db

OFFER = {
    "identityProviders": [
        {"name": "Osuuspankki", "imageUrl": "https://isb-test.op.fi/op.png", "ftn_idp_id": "fi-op"},
        {"name": "Nordea <b>", "imageUrl": "https://isb-test.op.fi/nordea.png", "ftn_idp_id": "fi-nordea"},
        {"name": "Mobiilivarmenne", "imageUrl": "", "ftn_idp_id": "mobiilivarmenne"},
    ],
    "isbProviderInfo": "Välityspalvelun tarjoaa OP.",
    "isbConsent": "Henkilötunnuksesi ja nimesi välitetään palveluun.",
    "privacyNoticeText": "OP:n tietosuojaseloste",
    "privacyNoticeLink": "https://isb-test.op.fi/privacy-info?lang=fi",
}
NOTICE = {"header": "Häiriötiedote", "text": "Osa tunnistuksista\r\nepäonnistuu"}


@pytest.fixture
def op(broker, settings, some_keys):
    broker.entity_key = some_keys[1]
    ours = {"embedded_ui_endpoint": f"{broker.url}/api/embedded-ui"}
    settings.IDENTITY_PROVIDERS = [broker.settings(dialect="op", **set_up("op", broker), **ours)]
    broker.published_claims = published("op")
    broker.choice = {"fi": OFFER, "sv": {**OFFER, "isbConsent": "Din personbeteckning förmedlas."}, "en": OFFER}
    return broker


def page(visitor, language="fi"):
    visitor.accept_cookies(language)
    return visitor.get(f"/{language}/identify/?next=/{language}/how-to/").content.decode()


def offered(text):
    return [(value, unescape(name)) for value, name in re.findall(r'name="means" value="([^"]+)">([^<]*)<', text)]


def test_means_stand_on_our_page_in_the_broker_s_order_with_what_it_wants_shown(visitor, op):
    text = page(visitor)
    assert offered(text) == [
        ("fi-op", "Osuuspankki"),
        ("fi-nordea", "Nordea <b>"),
        ("mobiilivarmenne", "Mobiilivarmenne"),
    ]
    assert all(OFFER[name] in unescape(text) for name in ("isbProviderInfo", "isbConsent", "privacyNoticeText"))
    assert 'href="https://isb-test.op.fi/privacy-info?lang=fi"' in text
    assert "isb-test.op.fi/op.png" not in text  # nothing from another host
    assert 'name="next" value="/fi/how-to/"' in text


def test_person_reads_them_in_their_own_language(visitor, op):
    assert "Din personbeteckning förmedlas." in page(visitor, "sv")
    assert "/api/embedded-ui/heka-confirm?lang=sv" in op.calls


def test_one_click_leads_to_the_chosen_bank(visitor, op):
    page(visitor)
    asked = visitor.go_to_broker(means="fi-nordea")
    assert visitor.come_back(op.authorize(asked, AINO, keys.load().sig[0]))["Location"] == "/fi/applications/waiting/"
    assert op.asked[-1]["ftn_idp_id"] == "fi-nordea"


@pytest.mark.parametrize("means", ["", "fi nordea", "<script>", "x" * 61, "fi-op\n"])
def test_choice_that_is_none_is_left_to_the_broker_s_page(visitor, op, means):
    page(visitor)
    op.authorize(visitor.go_to_broker(means=means), AINO, keys.load().sig[0])
    assert "ftn_idp_id" not in op.asked[-1]


def test_broker_without_own_choice_is_never_sent_one(visitor, broker):
    visitor.accept_cookies()
    broker.authorize(visitor.go_to_broker(means="fi-op"), AINO, keys.load().sig[0])
    assert "ftn_idp_id" not in broker.asked[-1]


def test_disturbance_is_told(visitor, op):
    assert "Häiriötiedote" not in page(visitor)
    own_choice.forget_offers()
    op.choice["fi"] = {**OFFER, "disturbanceInfo": NOTICE}
    text = page(visitor)
    assert "<strong>Häiriötiedote</strong>" in text
    assert "Osa tunnistuksista<br>epäonnistuu" in text


@pytest.mark.parametrize(
    "changes",
    [
        {"isbConsent": None},
        {"isbProviderInfo": ""},
        {"privacyNoticeText": 5},
        {"privacyNoticeLink": "javascript:alert(1)"},
        {"privacyNoticeLink": "http://isb.example/"},
        {"identityProviders": []},
        {"identityProviders": "all"},
        {"identityProviders": [5]},
        {"identityProviders": [{"name": "Nordea"}]},
        {"identityProviders": [{"name": "Nordea", "ftn_idp_id": "a b"}]},
        {"identityProviders": OFFER["identityProviders"] * 20},
        {"isbConsent": "x" * 2001},
        {"disturbanceInfo": "all is lost"},
        {"disturbanceInfo": {"header": "Häiriö"}},
    ],
)
def test_answer_that_lacks_what_must_be_shown_leads_to_the_broker_s_own_page(visitor, op, changes):
    op.choice["fi"] = OFFER | changes
    text = page(visitor)
    assert offered(text) == []
    assert 'name="provider" value="test"' in text


@pytest.mark.parametrize("behaviour", ["error", "refuse", "html", "redirect", "list", "hang"])
def test_broker_that_does_not_answer_costs_nobody_their_way_in(visitor, op, monkeypatch, behaviour):
    monkeypatch.setattr(own_choice, "DEADLINE_SECONDS", 0.3)
    op.choice_behaviour = behaviour
    text = page(visitor)
    assert offered(text) == []
    asked = visitor.go_to_broker()
    assert visitor.come_back(op.authorize(asked, AINO, keys.load().sig[0]))["Location"] == "/fi/applications/waiting/"


def test_broker_is_not_asked_for_each_person(visitor, op):
    def calls():
        return len([path for path in op.calls if "embedded-ui" in path])

    op.choice_behaviour = "error"
    page(visitor)
    page(visitor)
    assert calls() == 1
    op.choice_behaviour = "good"
    own_choice.forget_offers()
    page(visitor)
    assert offered(page(visitor))
    assert calls() == 2


@pytest.mark.parametrize(("lifetime", "behaviour"), [("FRESH_SECONDS", "good"), ("AGAIN_SECONDS", "error")])
def test_broker_is_asked_again_in_time(visitor, op, monkeypatch, lifetime, behaviour):
    monkeypatch.setattr(own_choice, lifetime, 0)
    op.choice_behaviour = behaviour
    page(visitor)
    op.choice_behaviour = "good"
    op.choice["fi"] = {**OFFER, "isbConsent": "Muuttunut teksti"}
    assert "Muuttunut teksti" in page(visitor)


def test_nobody_waits_while_somebody_else_asks(op):
    op.choice_behaviour = "hang"
    provider = providers.find("test")
    first = threading.Thread(target=own_choice.offers, args=([provider],))
    first.start()
    while not any("embedded-ui" in path for path in op.calls):
        pass
    assert own_choice.offers([provider]) == [(provider, None)]
    op.released.set()
    first.join()


def test_other_brokers_stand_beside_the_choice(visitor, op, settings):
    settings.IDENTITY_PROVIDERS += [op.settings(id="other", name="Toinen")]
    text = page(visitor)
    assert len(offered(text)) == 3
    assert 'name="provider" value="other"' in text
