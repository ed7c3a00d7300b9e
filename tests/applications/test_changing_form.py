"""An application is changed on the form, by each of its adult applicants (J6.2)."""

import json
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from applications import changes, document, drafts, intake, invitations, present
from applications.document import Stored
from applications.form.change import data_of_change
from applications.form.steps import document_of
from applications.models import Application, Draft
from mailing.models import Letter
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, applicant, application, confirm, state
from tests.applications.form.forms import Somebody, inputs
from tests.applications.form.test_documents import documents_
from tests.applications.households import fresh
from tests.applications.test_views import text_of, url
from tests.interleaving import before_lock

pytestmark = pytest.mark.django_db

CHILD = {"first_names": "Lapsi", "last_name": "Öhman", "hetu": "020516C903K"}
# Each value stands in the details of one person only.
SECRETS = {
    cast.MAIJA["last_name"]: ["Maijankatu 1", "Kauniainen", "4321.09", "4321,09", "maija@example.test", "050 1111111"],
    cast.OLLI["last_name"]: ["Ollinkatu 2", "Kerava", "2222.02", "2222,02", "olli@example.test", "050 2222222"],
    cast.VERA["last_name"]: ["Verankatu 3", "Siuntio", "3333.03", "3333,03", "vera@example.test", "050 3333333"],
    "child": ["020516"],
}
OF_MAIN_ONLY = ["Kotikatu 9", "Only the main applicant wrote this"]


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def sent():
    """An application whose every secret is a value of its own."""
    people = [
        cast.applicant(
            who, address=street, municipality=town, phone=phone, income={"monthly_gross": gross}, non_disclosure=hidden
        )
        for who, (street, town, gross, _typed, _email, phone), hidden in (
            (cast.MAIJA, SECRETS["Meikäläinen"], False),
            (cast.OLLI, SECRETS["Öhman"], False),
            (cast.VERA, SECRETS["Virtanen"], True),
        )
    ]
    content = cast.document()["content"]
    content["home"]["address"], content["more"] = OF_MAIN_ONLY
    return application(
        main_applicant=people[0],
        co_applicants=people[1:],
        content=content,
        others_moving_in=[CHILD, {"due_date": cast.day(90)}, {"due_date": cast.day(90)}],
    )


@pytest.fixture
def changer(sign_in):
    """Return a function that has somebody of the cast begin to change an application."""

    def begin(who, sent):
        somebody = Somebody(sign_in(who), "en")
        somebody.client.post(url("change", sent))
        return somebody

    return begin


def content_of(sent):
    return Stored.model_validate_json(Application.objects.get(pk=sent.pk).version.content)


def own_id(somebody):
    return next(person["id"] for person in somebody.data["people"] if person.get("is_own"))


def texts(somebody):
    """Return every page of the form."""
    later = somebody.client.get(somebody.at("draft_later"))
    return [*(somebody.go(name).text for name in ("people", "home", "money", "wishes", "summary")), later.text]


def test_begin_page_says_that_everybody_has_to_confirm_again(sign_in, sent):
    shown = text_of(sign_in(cast.OLLI).get(url("change", sent)))

    assert "When you send the change, everyone has to confirm the application again." in shown
    assert Draft.objects.count() == 0


def test_whoever_applies_alone_is_spoken_to_of_nobody_else(changer):
    alone = application(cast.MAIJA)

    somebody = changer(cast.MAIJA, alone)
    shown = text_of(somebody.client.get(url("change", alone))), text_of(somebody.go("summary"))

    for page in shown:
        assert "When you send the change, you have to confirm the application again." in page
        assert not re.search("everyone|all applicants|every adult|the others", page)
    assert "Check your answers. Then send the change." in shown[1]


@pytest.mark.parametrize("who", [cast.MAIJA, cast.OLLI, cast.VERA])
def test_pages_of_the_form_show_nothing_of_the_others_own(changer, sent, who):
    """J2, R16, R17: nor is it in the draft"""
    somebody = changer(who, sent)
    own = SECRETS[who["last_name"]]
    others = [value for name, values in SECRETS.items() if name != who["last_name"] for value in values]
    others += [other["hetu"][:6] for other in (cast.MAIJA, cast.OLLI, cast.VERA) if other != who]
    others += [] if who == cast.MAIJA else OF_MAIN_ONLY

    pages, stored = texts(somebody), str(somebody.data)

    assert [value for value in others if any(value in text for text in (*pages, stored))] == []
    assert all(any(value in page for page in pages) for value in own[:2])
    assert "Lapsi Öhman" in pages[0]


def test_others_learn_nothing_of_a_mark_of_non_disclosure(changer, sent):
    """R16"""
    pages = texts(changer(cast.MAIJA, sent))

    assert [page for page in pages if "non-disclosure" in page] == []


@pytest.mark.parametrize("who", [cast.MAIJA, cast.OLLI, cast.VERA])
def test_change_keeps_everything_that_is_not_changed(changer, sent, who):
    before, people = content_of(sent), list(contact_details(sent))
    somebody = changer(who, sent)

    somebody.fill("wishes", "wishes", {"highest_rent": "1 250"})
    told = text_of(somebody.client.get(somebody.send().url, follow=True))

    content = before.content
    wishes = content.wishes.model_copy(update={"highest_rent": content_of(sent).content.wishes.highest_rent})
    after = before.model_copy(update={"content": content.model_copy(update={"wishes": wishes})})
    assert content_of(sent) == after
    assert str(wishes.highest_rent) in {"1250", "1250.00"}
    assert list(contact_details(sent)) == people
    assert "You have edited the application. Everyone must confirm it again." in told


def contact_details(sent):
    for one in fresh(sent).applicants:
        yield one.hetu_index, one.email, one.phone, one.language, one.protected


def test_change_lets_the_confirmations_fall_and_the_letters_go(changer, sent):
    """R6"""
    for who in (cast.MAIJA, cast.OLLI, cast.VERA):
        confirm(sent, who)
    Letter.objects.all().delete()
    somebody = changer(cast.OLLI, sent)

    somebody.fill("wishes", "wishes", {"highest_rent": "1250"})
    before = text_of(somebody.go("summary"))
    somebody.send()

    assert "When you send the change, everyone has to confirm the application again." in before
    assert state(sent) == "awaiting"
    assert len(fresh(sent).waits_for) == 3
    told = Letter.objects.order_by("pk").values_list("message", "to")
    assert list(told) == [
        ("arrived", "maija@example.test"),
        ("invitation", "olli@example.test"),
        ("invitation", "vera@example.test"),
    ]


def test_own_details_and_income_are_changed_and_may_be_left_out(changer, sent):
    somebody = changer(cast.OLLI, sent)
    own = own_id(somebody)

    somebody.fill("people", own, {"last_name": "Öhman-Virtanen", "address": ""})
    somebody.fill("money", own, {"monthly_gross": "10"})
    somebody.send()

    olli = content_of(sent).co_applicants[0]
    assert (olli.last_name, olli.address, int(olli.income.monthly_gross)) == ("Öhman-Virtanen", None, 10)
    assert (olli.hetu, olli.municipality) == (cast.OLLI["hetu"], "Kerava")


def test_change_keeps_contact_details_that_somebody_corrects_meanwhile(changer, sent):
    somebody = changer(cast.MAIJA, sent)
    somebody.fill("wishes", "wishes", {"highest_rent": "1250"})
    for who in (cast.MAIJA, cast.OLLI):
        email = f"new.{who['first_names'][:4].lower()}@example.test"
        invitations.correct_own_contact_details(applicant(sent, who), email=email, phone="", language="sv")

    somebody.send()

    assert [(a.email, a.phone, a.language) for a in fresh(sent).applicants[:2]] == [
        ("new.maij@example.test", "", "sv"),
        ("new.olli@example.test", "", "sv"),
    ]


def test_change_keeps_contact_details_corrected_while_it_waits_for_its_lock(changer, sent):
    somebody = changer(cast.MAIJA, sent)
    somebody.fill("wishes", "wishes", {"highest_rent": "1250"})

    def correct():
        invitations.correct_own_contact_details(
            applicant(sent, cast.OLLI), email="new.olli@example.test", phone="", language="sv"
        )

    with before_lock(correct, number=2):  # the draft and its application are locked by then, and only then read
        somebody.send()

    assert [(a.email, a.language) for a in fresh(sent).applicants[1:2]] == [("new.olli@example.test", "sv")]


def test_codes_of_the_others_are_not_guessed_by_changing(changer, sent):
    """R3, R17: naming somebody twice is refused, which tells whose code it is; so the tries are few"""
    somebody = changer(cast.OLLI, sent)

    answers = [somebody.send().status_code for _ in range(6)]

    assert answers == [302] * 5 + [429]


def test_sending_without_a_change_says_so_and_makes_no_version(changer, sent):
    somebody = changer(cast.OLLI, sent)
    for name in ("people", "home", "money", "wishes"):
        somebody.client.post(somebody.at(f"form_{name}"), inputs(somebody.go(name)))

    told = text_of(somebody.client.get(somebody.send().url))

    assert "You have not changed anything, so nothing was sent." in told
    assert sent.versions.count() == 1


def test_whoever_declined_by_mistake_can_confirm_once_the_main_applicant_has_sent_it_as_it_is(changer, sign_in, sent):
    """R10: as the pages of declining and of the application say"""
    invitations.decline(applicant(sent, cast.OLLI))
    told = "If this person wants to apply after all, edit the application. You can send it without changing anything."
    assert told in text_of(sign_in(cast.MAIJA).get(url("status", sent)))
    somebody = changer(cast.MAIJA, sent)
    for name in ("people", "home", "money", "wishes"):
        somebody.client.post(somebody.at(f"form_{name}"), inputs(somebody.go(name)))
    somebody.send()

    olli = sign_in(cast.OLLI)

    assert "Go to confirm the application" in text_of(olli.get(url("status", sent)))
    assert olli.get(url("confirm", sent)).status_code == 200


def test_sending_twice_makes_one_version(changer, sent):
    somebody = changer(cast.OLLI, sent)
    somebody.fill("wishes", "wishes", {"highest_rent": "1250"})
    page = inputs(somebody.go("summary"))

    answers = [somebody.client.post(somebody.at("form_send"), {**page, "assurance": "on"}) for _click in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert somebody.client.get(answers[1].url).url == url("status", sent)
    assert sent.versions.count() == 2


def test_home_that_a_co_applicant_says_is_no_more_leaves_no_address_behind(changer, sent):
    """The address is the main applicant's alone to see, so nobody else could take it out."""
    somebody = changer(cast.OLLI, sent)

    somebody.fill("home", "home", {"dwelling": "homeless"})
    somebody.fill("home", "home", {})
    somebody.send()

    assert content_of(sent).content.home.model_dump(exclude_none=True) == {"dwelling": "homeless"}


def test_newer_version_that_does_not_ask_for_an_answer_drops_it(changer, sent):
    somebody = changer(cast.MAIJA, sent)
    somebody.fill("home", "home", {"rent": "999"})
    read = Application.objects.get(pk=sent.pk)
    new = present.document(read.version).model_dump()
    new["content"]["home"] = {"dwelling": "homeless"}
    changes.put(read, document.Document.model_validate(new), tag=read.version.digest, by=HOUSING_SYSTEM)

    somebody.send()
    take_over(somebody, sent)

    assert somebody.data["home"].get("rent") is None


def test_people_are_added_and_removed(changer, sent):
    somebody = changer(cast.MAIJA, sent)
    ids = {p["details"]["first_names"]: p["id"] for p in somebody.data["people"]}
    for name in ("Vera", "Lapsi"):
        page = inputs(somebody.go("people")) | {"person": ids[name]}
        somebody.client.post(somebody.at("form_remove_person"), page)
    somebody.client.post(somebody.at("form_add_person"), inputs(somebody.go("people")) | {"kind": "co"})
    new = [p["id"] for p in somebody.data["people"] if p["kind"] == "co"][-1]

    ville = {**cast.VILLE, "language": "fi", "email": "ville@example.test"}
    somebody.fill("people", new, ville)
    somebody.fill("money", new, {"monthly_gross": "1"})
    somebody.send()

    assert [one.first_names for one in content_of(sent).applicants] == ["Maija Liisa", "Olli", "Ville"]
    assert [str(one.due_date) for one in content_of(sent).others_moving_in] == [cast.day(90)] * 2


def test_co_applicant_removes_no_other_applicant_and_not_themselves(changer, sent):
    somebody = changer(cast.OLLI, sent)
    signs = [p["id"] for p in somebody.data["people"] if p["kind"] in {"main", "co"}]

    shown = somebody.go("people").text
    for one in signs:
        page = inputs(somebody.go("people")) | {"person": one}
        somebody.client.post(somebody.at("form_remove_person"), page)

    assert [one for one in signs if f'name="person" value="{one}"' in shown] == []
    assert [p["id"] for p in somebody.data["people"]][:3] == signs


def changed_meanwhile(sent, *people, **wishes):
    """Somebody else sends a change."""
    read = Application.objects.get(pk=sent.pk)
    new = present.document(read.version).model_dump()
    new["content"]["wishes"] |= wishes
    new["co_applicants"] = [one for one in new["co_applicants"] if one["first_names"] in people]
    made = document.Document.model_validate(new)
    changes.put(read, made, tag=read.version.digest, by=HOUSING_SYSTEM)


def take_over(somebody, sent):
    page = somebody.client.get(url("change_newer", sent))
    return somebody.client.post(
        url("change_newer", sent), inputs(page) | {"version": page.context["application"].version.digest}
    )


def test_change_that_somebody_else_was_faster_with_is_shown_and_nothing_is_lost(changer, sent):
    somebody = changer(cast.OLLI, sent)
    somebody.fill("wishes", "wishes", {"highest_rent": "1250", "lowest_floor": "3"})
    changed_meanwhile(sent, "Olli", "Vera", highest_rent="900", area_min=50)

    shown = text_of(somebody.client.get(somebody.send().url))
    between = content_of(sent).content.wishes
    somebody.page = take_over(somebody, sent)
    typed = somebody.data["wishes"]
    somebody.send()

    assert "Somebody else has edited the application in the meantime." in shown
    assert "Maximum rent per month 900.00 € Before: 1,100.00 €" in shown
    assert int(between.highest_rent) == 900
    assert (typed["highest_rent"], typed["lowest_floor"], typed["area_min"]) == ("1250", "3", "50")
    after = content_of(sent).content.wishes
    assert (int(after.highest_rent), after.lowest_floor, after.area_min) == (1250, 3, 50)
    assert sent.versions.count() == 3


def test_taking_over_keeps_who_was_added_and_removed_on_either_side(changer, sent):
    somebody = changer(cast.MAIJA, sent)
    lapsi = next(p["id"] for p in somebody.data["people"] if p["details"]["first_names"] == "Lapsi")
    somebody.client.post(somebody.at("form_remove_person"), inputs(somebody.go("people")) | {"person": lapsi})
    somebody.client.post(somebody.at("form_add_person"), inputs(somebody.go("people")) | {"kind": "resident"})
    new = somebody.data["people"][-1]["id"]
    somebody.fill("people", new, {"first_names": "Uusi", "last_name": "Öhman", "birth_date": "1.2.2020"})
    changed_meanwhile(sent, "Vera")

    somebody.send()
    take_over(somebody, sent)
    ids = [p["id"] for p in somebody.data["people"]]
    somebody.send()

    after = content_of(sent)
    assert len(ids) == len(set(ids))
    assert [one.first_names for one in after.applicants] == ["Maija Liisa", "Vera"]
    assert [one.first_names for one in after.others_moving_in] == [None, None, "Uusi"]


def test_taking_over_what_was_changed_once_more_shows_that_first(changer, sent):
    somebody = changer(cast.OLLI, sent)
    somebody.fill("wishes", "wishes", {"lowest_floor": "3"})
    changed_meanwhile(sent, "Olli", "Vera", highest_rent="900")
    seen = Application.objects.get(pk=sent.pk).version.digest
    changed_meanwhile(sent, "Olli", "Vera", highest_rent="800")

    shown = text_of(somebody.client.post(url("change_newer", sent), {"version": seen}))

    assert "Maximum rent per month 800.00 €" in shown
    assert somebody.draft.base_digest == sent.version.digest


def test_change_of_what_ended_meanwhile_says_so_and_keeps_the_draft(changer, sent):
    """R8"""
    somebody = changer(cast.OLLI, sent)
    somebody.fill("wishes", "wishes", {"highest_rent": "1250"})
    changes.withdraw(sent, by=HOUSING_SYSTEM)

    told = text_of(somebody.client.get(somebody.send().url))

    assert "This application has already ended. Nothing was changed." in told
    assert drafts.form_data_of(Draft.objects.get())["wishes"]["highest_rent"] == "1250"


def test_change_by_somebody_who_was_removed_meanwhile_is_not_theirs_any_more(changer, sent):
    somebody = changer(cast.OLLI, sent)
    somebody.fill("wishes", "wishes", {"highest_rent": "1250"})
    changed_meanwhile(sent, "Vera")

    answer = somebody.client.get(somebody.send().url)

    assert answer.status_code == 404
    assert content_of(sent).content.wishes.highest_rent != 1250


def test_draft_of_a_change_is_nobodys_but_the_persons_own(changer, sent):
    """R21: neither after they have left nor by a link"""
    somebody = changer(cast.OLLI, sent)
    draft = somebody.draft
    somebody.client.post(somebody.at("draft_mail_link"), {"email": "me@example.test"})
    anybody = Somebody(Client(), "en")
    anybody.client.get(anybody.at("fill_in"))
    anybody.begin()
    session = anybody.client.session
    session["draft"], session["draft_link"] = draft.pk, draft.nonce
    session.save()

    answer = anybody.client.get(anybody.at("form_people"))

    assert answer.url == anybody.at("fill_in")
    assert Letter.objects.filter(message="draft_link").count() == 0


def test_begun_change_is_found_again_and_may_be_begun_anew(changer, sent):
    somebody = changer(cast.OLLI, sent)
    somebody.fill("wishes", "wishes", {"highest_rent": "1250"})

    listed = text_of(somebody.client.get(reverse("applications:list")))
    offered = text_of(somebody.client.get(url("change", sent)))
    somebody.client.post(url("change", sent))
    kept = somebody.data["wishes"]["highest_rent"]
    somebody.client.post(url("change", sent), {"again": "yes"})

    assert f"Change to application {sent.number}" in listed
    assert "You have started a change." in offered
    assert (kept, somebody.data["wishes"]["highest_rent"]) == ("1250", "1100")
    assert Draft.objects.count() == 1


def test_change_is_not_for_somebody_under_18_or_of_what_has_ended(sign_in):
    sent, ended = application(cast.MAIJA, cast.TEA), application(cast.MAIJA)
    changes.withdraw(ended, by=HOUSING_SYSTEM)

    answers = [
        getattr(sign_in(who), method)(url("change", one))
        for who, one in ((cast.TEA, sent), (cast.MAIJA, ended))
        for method in ("get", "post")
    ]

    assert [answer.url for answer in answers] == [url("status", sent)] * 2 + [url("status", ended)] * 2
    assert Draft.objects.count() == 0


def test_change_in_another_language_than_it_was_begun_in_changes_nothing_else(changer, sent):
    """Sums are typed with a comma in Finnish."""
    somebody = changer(cast.OLLI, sent)
    somebody.language = "fi"
    before = content_of(sent)

    for name in ("home", "money", "wishes"):
        somebody.client.post(somebody.at(f"form_{name}"), inputs(somebody.go(name)))
    somebody.send()

    assert content_of(sent) == before
    assert sent.versions.count() == 1


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents_(), st.integers(0, 3), st.sampled_from(["fi", "sv", "en"]), st.sampled_from(["fi", "sv", "en"]))
def test_any_application_survives_a_change_that_changes_nothing(data, position, begun_in, sent_in):
    """Whoever begins it, in whatever language."""
    sent = intake.send(document.parse(data), by=HOUSING_SYSTEM)
    slots = fresh(sent).applicants
    me = slots[position % len(slots)]
    before = present.document(sent.version)

    with translation.override(begun_in):
        typed = json.loads(json.dumps(data_of_change(before, me)))
    with translation.override(sent_in):
        back = document_of(typed, reference="form-1", base=before, assurance=True)

    assert back.model_dump(exclude={"reference", "sent_at"}) == before.model_dump(exclude={"reference", "sent_at"})


@pytest.mark.parametrize("begun_in_step", [1, 2])
def test_change_begun_under_another_order_of_index_keys_goes_on(changer, sent, settings, begun_in_step):
    old, new = settings.FIELD_INDEX_KEYS[0], "the new index key of many characters"
    orders = {1: [old, new], 2: [new, old]}
    settings.FIELD_INDEX_KEYS = orders[begun_in_step]
    somebody = changer(cast.MAIJA, sent)
    somebody.fill("wishes", "wishes", {"highest_rent": "1250"})
    changed_meanwhile(sent, "Olli", "Vera", lowest_floor=3)
    settings.FIELD_INDEX_KEYS = orders[3 - begun_in_step]

    somebody.send()
    take_over(somebody, sent)
    somebody.send()

    after = content_of(sent)
    assert (after.content.wishes.highest_rent, after.content.wishes.lowest_floor) == (1250, 3)
    assert [one.first_names for one in after.co_applicants] == ["Olli", "Vera"]


def test_conflict_of_two_changes_of_the_same_answer_keeps_ones_own_and_shows_the_other(changer, sent):
    somebody = changer(cast.MAIJA, sent)
    somebody.fill("wishes", "wishes", {"more": "Line one\nline two", "features": ["lift", "balcony"]})
    changed_meanwhile(sent, "Olli", "Vera", features=["balcony"])

    somebody.send()
    take_over(somebody, sent)
    typed = somebody.data["wishes"]

    assert sorted(typed["features"]) == ["balcony", "lift"]
    assert typed["more"].split() == ["Line", "one", "line", "two"]
