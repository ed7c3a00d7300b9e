import json
import re

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse

from applications import drafts, stranger_letters
from applications.document import Stored
from applications.form.data import add_person, empty_data
from applications.form.faults import question_at
from applications.form.fields import day_ahead
from applications.models import Application, Draft, StateChange
from identity import cookies
from mailing.models import Letter
from tests import cast
from tests.applications.factories import application
from tests.applications.form.forms import HOME, MAIN, OLLI, Somebody, address, inputs
from tests.conftest import headings

pytestmark = pytest.mark.django_db


@pytest.fixture
def somebody(client):
    return Somebody(client).begin()


def errors(page):
    return page.content.decode().count('class="error-summary"')


# --- The way through -------------------------------------------------------------------------------------


def test_application_is_filled_in_and_sent_without_identification(somebody):
    somebody.fill_everything()
    page = somebody.send()

    application = Application.objects.get()
    assert page.url == address("form_sent")
    assert application.number in somebody.client.get(page.url).text
    stored = Stored.model_validate_json(application.version.content)
    assert stored.main_applicant.hetu == cast.MAIJA["hetu"]
    assert str(stored.main_applicant.income.monthly_gross) == "2450.50"
    assert str(stored.main_applicant.income.assets) == "1200.00"
    assert str(stored.content.home.area) == "28.5"
    assert stored.content.wishes.areas == ["Kallio", "Suomenlinna"]
    assert str(stored.content.wishes.highest_rent) == "1100.00"
    change = StateChange.objects.get()
    assert (change.source, change.user, change.to_state) == ("form", None, "awaiting")
    assert [letter.message for letter in Letter.objects.order_by("pk")] == ["draft_link", "arrived"]


def test_sent_page_tells_whose_invitation_waits(somebody):
    for _ in range(stranger_letters.MOST_A_DAY):
        stranger_letters.count_stranger_letter("olli@example.test")
    add(somebody, "co", **MAIN)
    somebody.fill("people", "p2", {**OLLI, "email": "olli@example.test"})
    somebody.fill_everything().send()

    shown = somebody.client.get(address("form_sent")).text

    assert "Hakijan Olli Öhman osoitteeseen on lähetetty tänään monta viestiä." in shown
    assert [letter.message for letter in Letter.objects.order_by("pk")] == ["draft_link", "arrived"]


def test_draft_is_emptied_when_it_is_sent(somebody):
    somebody.fill_everything().send()

    draft = Draft.objects.get()
    assert (draft.data, draft.sent) == (None, Application.objects.get())


def test_sending_again_leads_to_the_same_application(somebody):
    somebody.fill_everything()
    sent = {**inputs(somebody.go("summary")), "assurance": "on"}

    first = somebody.client.post(address("form_send"), sent)
    again = somebody.client.post(address("form_send"), sent)
    step = somebody.client.get(address("form_home"))
    saved = somebody.client.post(address("form_wishes"), {"saved": "1"})

    assert {page.url for page in (first, again, step, saved)} == {address("form_sent")}
    assert Application.objects.count() == Letter.objects.filter(message="arrived").count() == 1


def test_application_is_not_sent_without_the_assurance(somebody):
    somebody.fill_everything()

    page = somebody.client.post(address("form_send"), inputs(somebody.go("summary")))

    assert (page.status_code, errors(page)) == (200, 1)
    assert not Application.objects.exists()


def test_what_is_not_complete_is_not_sent(somebody):
    somebody.fill("people", "p1", MAIN)

    page = somebody.client.post(address("form_send"), {"saved": "1.0.0.0", "assurance": "on"})

    assert page.url == address("form_summary")
    assert not Application.objects.exists()


def test_summary_lists_what_is_missing_with_links(somebody):
    somebody.fill_everything()
    somebody.fill("money", "p1", {"monthly_gross": ""})

    page = somebody.go("summary")

    assert "/fi/application/money/?check=1#id_p1-monthly_gross" in page.text
    assert address("form_send") not in page.text


def test_step_asked_for_with_its_faults_shows_them_and_otherwise_does_not(somebody):
    plain, checked = somebody.go("home"), somebody.client.get(address("form_home") + "?check=1")

    assert (errors(plain), errors(checked)) == (0, 1)
    assert 'href="#id_home-dwelling"' in checked.text
    assert 'id="id_home-dwelling"' in checked.text


@pytest.mark.parametrize("name", ["people", "home", "money", "wishes", "summary"])
def test_each_step_can_be_read_from_the_start(somebody, name):
    assert somebody.go(name).status_code == 200


# --- What is typed ---------------------------------------------------------------------------------------


def test_what_is_wrong_is_shown_at_its_place_and_everything_typed_is_kept(somebody):
    page = somebody.fill("people", "p1", {**MAIN, "hetu": "010594Y9033", "phone": "ei ole"})

    assert (page.status_code, errors(page)) == (200, 1)
    assert 'href="#id_p1-hetu"' in page.text
    again = inputs(page)
    assert (again["p1-hetu"], again["p1-phone"], again["p1-last_name"]) == (
        ["010594Y9033"],
        ["ei ole"],
        ["Meikäläinen"],
    )
    assert inputs(somebody.go("people"))["p1-phone"] == ["ei ole"]


def test_code_is_masked_on_the_page_and_kept_when_the_page_is_sent_again(somebody):
    somebody.fill("people", "p1", MAIN)

    page = somebody.go("people")
    sent = inputs(page)
    somebody.client.post(address("form_people"), sent)

    assert sent["p1-hetu"] == ["010594Y••••"]
    assert cast.MAIJA["hetu"] not in page.text + somebody.go("summary").text
    assert somebody.data["people"][0]["details"]["hetu"] == cast.MAIJA["hetu"]


def test_code_is_nowhere_but_in_the_encrypted_draft(somebody, caplog):
    somebody.fill_everything()
    somebody.fill("people", "p1", {"hetu": cast.MAIJA["hetu"].lower()}, to="draft_later")
    session = Session.objects.get()

    assert cast.MAIJA["hetu"].lower() not in json.dumps(session.get_decoded()).lower()
    assert set(session.get_decoded()) <= {"began", "draft", "draft_link", "seen", "_csrftoken", "_messages"}
    assert cast.MAIJA["hetu"] not in str(somebody.client.cookies) + caplog.text
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM applications_draft")
        assert cast.MAIJA["hetu"][:6].encode() not in bytes(cursor.fetchone()[0])


@pytest.mark.parametrize("code", ["010594y9032", " 010594Y9032 ", "010594Y9032"])
def test_code_is_taken_in_any_form(somebody, code):
    page = somebody.fill("people", "p1", {**MAIN, "hetu": code})

    assert page.url == address("form_home")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("", "The main applicant needs a Finnish personal identity code."),
        (cast.TEA["hetu"], "The main applicant must be 18 or older."),
        ("010594Y9033", "Invalid personal identity code. Check it character by character."),
    ],
)
def test_main_applicant_needs_a_code_and_18_years(client, code, said):
    somebody = Somebody(client, "en").begin()

    assert said in somebody.fill("people", "p1", {**MAIN, "hetu": code}).text


def test_page_without_script_shows_the_questions_that_follow_once_the_step_is_saved(somebody):
    before = inputs(somebody.go("home"))

    page = somebody.fill("home", "home", {"dwelling": "homeless", "reasons": ["homeless"]})
    after = inputs(somebody.go("home"))
    onward = somebody.fill("home", "home", {"homeless_since": "1.2.2026"})

    assert "home-homeless_since" not in before
    assert page.url == address("form_home")
    assert "home-homeless_since" in after
    assert "home-rooms" not in after
    assert onward.url == address("form_money")


def test_answer_to_what_is_no_longer_asked_is_gone(somebody):
    somebody.fill("home", "home", {"dwelling": "flat", "reasons": ["work"]})
    somebody.fill("home", "home", HOME)

    somebody.fill("home", "home", {"dwelling": "homeless"})

    assert "home-rent" not in inputs(somebody.go("home"))
    assert "890" not in somebody.go("summary").text
    assert "rent" not in somebody.data["home"]


FAULTY = {**MAIN, "hetu": "0105", "phone": "ei ole"}


def pressed(somebody, step, prefix, answers, **button):
    """Type some answers over what stands in a step, and press one of its buttons."""
    sent = inputs(somebody.go(step)) | somebody.typed(prefix, answers) | button
    return somebody.client.post(somebody.at(f"form_{step}"), sent)


@pytest.mark.parametrize(
    ("button", "leads_to"),
    [
        ({"language": "sv"}, "/sv/application/people/"),
        ({"to": "/fi/application/home/"}, "/fi/application/home/"),
        ({"to": "/fi/leave/"}, "/fi/leave/"),
        ({"post_to": "/fi/sign-out/"}, "/fi/sign-out/"),
    ],
)
def test_button_that_leads_elsewhere_keeps_what_is_typed_as_it_is(somebody, button, leads_to):
    page = pressed(somebody, "people", "p1", FAULTY, **button)
    again = somebody.client.get("/sv/application/people/")

    assert page.url == leads_to
    assert (inputs(again)["p1-hetu"], inputs(again)["p1-phone"]) == (["0105"], ["ei ole"])
    assert errors(again) == 0


@pytest.mark.parametrize(
    "button", [{"to": "//evil.example/"}, {"post_to": "https://evil.example/"}, {"language": "de"}]
)
def test_button_of_somebody_elses_making_leads_nowhere_else(somebody, button):
    assert pressed(somebody, "people", "p1", MAIN, **button).url == address("form_home")


def test_button_that_posts_elsewhere_is_asked_to_post_again(somebody):
    assert pressed(somebody, "people", "p1", MAIN, post_to="/fi/leave/").status_code == 307


def test_older_tab_is_shown_what_it_would_lose_and_yet_can_log_out(somebody):
    old = inputs(somebody.go("people"))
    somebody.fill("people", "p1", MAIN)

    shown = somebody.client.post(address("form_people"), {**old, "p1-phone": "09 310 1691", "language": "sv"})
    left = somebody.client.post(address("form_people"), {**old, "post_to": "/fi/leave/"})

    assert (shown.status_code, inputs(shown)["p1-phone"]) == (409, ["09 310 1691"])
    assert (left.status_code, left.url) == (307, "/fi/leave/")


@pytest.mark.parametrize("step", ["people", "home", "money", "wishes"])
def test_first_button_of_the_form_goes_on(somebody, step):
    """Enter presses it, wherever in the page it stands."""
    buttons = re.findall(r"<button[^>]*>", somebody.go(step).text)
    first = next(each for each in buttons if 'form="answers"' in each)

    assert "name=" not in first


# --- People ----------------------------------------------------------------------------------------------


def add(somebody, kind, **answers):
    somebody.fill("people", "p1", answers, to="form_add_person", kind=kind)
    return somebody.data["people"]


def test_people_are_added_and_removed_without_script_and_nothing_typed_is_lost(somebody):
    add(somebody, "resident", **MAIN)
    people = add(somebody, "co")
    somebody.fill("people", "p3", OLLI, to="form_remove_person", person="p2")

    assert [(each["id"], each["kind"]) for each in people] == [("p1", "main"), ("p3", "co"), ("p2", "resident")]
    assert [(each["id"], each["details"]["first_names"]) for each in somebody.data["people"]] == [
        ("p1", "Maija Liisa"),
        ("p3", "Olli"),
    ]


def test_at_most_three_co_applicants(somebody):
    for _number in range(4):
        people = add(somebody, "co")

    assert [each["kind"] for each in people] == ["main", "co", "co", "co"]
    assert 'value="co"' not in somebody.go("people").text


@pytest.mark.parametrize("kind", ["", "main", "admin"])
def test_nobody_of_another_kind_is_added(somebody, kind):
    assert len(add(somebody, kind)) == 1


def test_main_applicant_is_not_removed(somebody):
    somebody.fill("people", "p1", MAIN, to="form_remove_person", person="p1")

    assert len(somebody.data["people"]) == 1


def household(somebody):
    add(somebody, "co", **MAIN)
    add(somebody, "co")
    add(somebody, "resident")
    add(somebody, "unborn")
    somebody.fill("people", "p2", {**OLLI, "non_disclosure": "on"})
    somebody.fill("people", "p3", {"first_names": "Ethan", "last_name": "Evans", "birth_date": "14.3.1990"})
    somebody.fill("people", "p4", {"first_names": "Lapsi", "last_name": "Öhman", "birth_date": "2020-02-29"})
    return somebody.fill("people", "p5", {"due_date": day_ahead().replace(".", ". ")})


def test_household_of_every_kind_is_sent(somebody):
    page = household(somebody)
    somebody.fill_everything()
    without_address = somebody.go("summary").context["summary"].without_address
    somebody.send()

    stored = Stored.model_validate_json(Application.objects.get().version.content)
    slots = Application.objects.with_people().get().applicants
    assert page.url == address("form_home")
    assert [(each.name, each.only_at_counter) for each in without_address] == [
        ("Olli Öhman", False),
        ("Ethan Evans", True),
    ]
    assert [(str(each), each.protected, each.language) for each in slots] == [
        ("Maija Liisa Meikäläinen", False, "fi"),
        ("Olli Öhman", True, "sv"),
        ("Ethan Evans", False, "fi"),
    ]
    assert [str(each.birth_date or each.due_date) for each in stored.others_moving_in] == ["2020-02-29", cast.day(100)]
    assert "Ethan Evans" in somebody.client.get(address("form_sent")).text


def test_same_person_twice_is_refused(somebody):
    add(somebody, "co", **MAIN)

    page = somebody.fill("people", "p2", {**OLLI, "hetu": cast.MAIJA["hetu"].lower()})

    assert 'href="#id_p2-hetu"' in page.text
    assert 'href="#id_p1-hetu"' not in page.text


@pytest.mark.parametrize(
    ("answers", "is_taken"),
    [
        ({"hetu": "", "birth_date": ""}, False),
        ({"hetu": "", "birth_date": "1.1.1990"}, True),
        ({"hetu": cast.OLLI["hetu"], "birth_date": "2.5.1994"}, True),
        ({"hetu": cast.OLLI["hetu"], "birth_date": "3.5.1994"}, False),
        ({"hetu": "", "birth_date": "1.1.2999"}, False),
        ({"hetu": "", "birth_date": "31.2.1990"}, False),
        ({"hetu": "", "birth_date": "1/2/1990"}, True),
    ],
)
def test_co_applicant_by_code_or_date_of_birth(somebody, answers, is_taken):
    add(somebody, "co", **MAIN)

    page = somebody.fill("people", "p2", {**OLLI, **answers})

    assert (page.status_code == 302) is is_taken


# --- Two tabs --------------------------------------------------------------------------------------------


def test_older_tab_overwrites_nothing_and_shows_both(somebody):
    somebody.fill("people", "p1", MAIN)
    old = inputs(somebody.go("people"))
    somebody.fill("people", "p1", {"phone": "09 310 1691"})

    page = somebody.client.post(address("form_people"), {**old, "p1-phone": "050 999 9999"})
    kept = somebody.data["people"][0]["details"]["phone"]
    again = somebody.client.post(address("form_people"), inputs(page))

    assert (page.status_code, kept) == (409, "09 310 1691")
    assert "09 310 1691" in page.text
    assert inputs(page)["p1-phone"] == ["050 999 9999"]
    assert again.status_code == 302
    assert somebody.data["people"][0]["details"]["phone"] == "050 999 9999"


def test_older_tab_brings_nobody_back(somebody):
    add(somebody, "co", **MAIN)
    old = inputs(somebody.go("people"))
    somebody.fill("people", "p1", {}, to="form_remove_person", person="p2")
    add(somebody, "co")

    page = somebody.client.post(address("form_people"), {**old, **somebody.typed("p2", OLLI)})
    somebody.client.post(address("form_people"), {**inputs(page), **somebody.typed("p2", OLLI)})

    assert [each["id"] for each in somebody.data["people"]] == ["p1", "p3"]
    assert somebody.data["people"][1]["details"].get("first_names") in {None, ""}


def test_what_was_summed_up_is_what_is_sent(somebody):
    somebody.fill_everything()
    old = {**inputs(somebody.go("summary")), "assurance": "on"}
    somebody.fill("wishes", "wishes", {"highest_rent": "2000"})

    page = somebody.client.post(address("form_send"), old)

    assert page.url == address("form_summary")
    assert not Application.objects.exists()


# --- What the schema refuses -----------------------------------------------------------------------------


def test_fault_that_a_step_finds_too_leads_back_to_the_summary(somebody):
    somebody.fill_everything()
    sent = {**inputs(somebody.go("summary")), "assurance": "on"}
    drafts.edit_draft(somebody.draft, lambda data: data["wishes"].update(other_areas="Anni\x00la"))

    page = somebody.client.post(address("form_send"), sent)

    assert page.url == address("form_summary")
    assert "#id_wishes-other_areas" in somebody.go("summary").text


def test_fault_that_only_the_schema_finds_leads_to_its_step(somebody):
    somebody.fill_everything()
    sent = {**inputs(somebody.go("summary")), "assurance": "on"}
    child = {"kind": "unborn", "details": {"due_date": day_ahead()}, "income": None}
    drafts.edit_draft(somebody.draft, lambda data: data["people"].extend({**child, "id": f"c{n}"} for n in range(21)))

    page = somebody.client.post(address("form_send"), sent)

    assert (page.status_code, page.context["step"], page.context["is_refused"]) == (200, "people", True)
    assert not Application.objects.exists()


@pytest.mark.parametrize(
    ("pointer", "place"),
    [
        ("/main_applicant/hetu", ("people", "p1", "hetu")),
        ("/main_applicant", ("people", "p1", "")),
        ("/main_applicant/income/assets", ("money", "p1", "assets")),
        ("/main_applicant/income", ("money", "p1", "")),
        ("/main_applicant/birth_date", ("people", "p1", "")),
        ("/co_applicants/0/email", ("people", "p3", "email")),
        ("/co_applicants/1", ("people", "", "")),
        ("/co_applicants", ("people", "", "")),
        ("/others_moving_in/0/due_date", ("people", "p2", "")),
        ("/others_moving_in/0/hetu", ("people", "p2", "hetu")),
        ("/content/home/rent", ("home", "home", "rent")),
        ("/content/need/reasons/0", ("home", "home", "reasons")),
        ("/content/need", ("home", "home", "")),
        ("/content/wishes/areas/3", ("wishes", "wishes", "other_areas")),
        ("/content/wishes/flat_types", ("wishes", "wishes", "flat_types")),
        ("/content/wishes", ("wishes", "wishes", "")),
        ("/content/more", ("wishes", "wishes", "more")),
        ("/content/assurance", ("summary", "", "")),
        ("/sent_at", ("summary", "", "")),
        ("", ("summary", "", "")),
    ],
)  # fmt: skip
def test_place_in_the_document_is_a_question(pointer, place):
    data = empty_data(language="fi")
    add_person(data, "resident")
    add_person(data, "co")

    assert question_at(data, pointer) == place


# --- Who sees it -----------------------------------------------------------------------------------------


def test_draft_is_not_there_for_another_browser(somebody):
    somebody.fill("people", "p1", MAIN)

    assert Somebody(Client()).go("people").url == address("fill_in")


def test_draft_of_another_person_is_not_there_even_for_a_session_that_names_it(sign_in):
    somebody = Somebody(sign_in(cast.MAIJA)).begin()
    draft = somebody.draft
    client = sign_in(cast.OTSO)
    session = client.session
    session["draft"], session["draft_link"] = draft.pk, draft.nonce
    session.save()

    assert Somebody(client).go("people").url == address("fill_in")
    assert client.post(address("form_people"), somebody.typed("p1", MAIN)).url == address("form_closed")


OURS = {"Sec-Fetch-Site": "same-origin"}


def test_nothing_begins_before_the_cookies_are_accepted(client):
    pages = [client.get(address("fill_in")), client.post(address("fill_in"), headers=OURS)]

    assert [re.findall(r"<button[^>]*>([^<]+)<", page.text) for page in pages] == [
        ["Hyväksy evästeet", "En hyväksy"]
    ] * 2
    assert not Draft.objects.exists()
    assert [dict(page.cookies) for page in pages] == [{}, {}]


def test_button_that_accepts_the_cookies_begins_with_the_places_that_were_asked_for(client):
    sent = {"applicants": "2", "residents": "1", "cookies": "accepted"}

    answer = client.post(address("fill_in"), sent, headers=OURS)
    kept = client.get(answer.url)
    shown = client.get(kept.url)

    assert set(answer.cookies) == {"cookies", "session"}
    assert (kept.url, shown.status_code) == (address("form_people"), 200)
    assert [each["kind"] for each in Somebody(client).data["people"]] == ["main", "co", "resident"]


def test_begin_page_declines_as_easily_as_it_accepts(client):
    page = client.get(address("fill_in"))

    declined = client.post(reverse("identity:decline_cookies"), {"next": address("fill_in")}, headers=OURS)

    assert page.text.index("Hyväksy evästeet</button>") < page.text.index('formaction="/fi/cookies/decline/"')
    assert declined.url == "/fi/cookies/declined/?next=/fi/application/new/"
    assert 'href="/fi/cookies/?next=/fi/application/new/"' in client.get(declined.url).text
    assert not Draft.objects.exists()


def test_browser_that_says_nothing_of_its_origin_keeps_its_session_and_begins_on_our_page():
    """Another site may have sent the form, and without cookies it would put another session in its place."""
    sent = {"applicants": "3", "residents": "2", "cookies": "accepted"}

    answer = Client().post(address("fill_in"), sent)

    assert set(answer.cookies) == {"cookies"}
    assert not Draft.objects.exists()
    client = Client()
    client.cookies["cookies"] = cookies.VERSION
    begun = client.get(client.get(answer.url).url).text
    assert re.findall(r'<option value="(\d+)" selected>', begun) == ["3", "2"]


def test_accepting_in_a_browser_that_blocks_cookies_leads_to_what_can_be_done(client):
    answer = client.post(address("fill_in"), {"cookies": "accepted"}, headers=OURS)
    client.cookies.clear()

    assert client.get(answer.url).templates[0].name == "identity/cookies_blocked.html"


@pytest.mark.parametrize("number", ["0", "5", "21", "x", "1e9"])
def test_number_that_is_not_offered_begins_nothing(client, number):
    client.cookies["cookies"] = cookies.VERSION

    page = client.post(address("fill_in"), {"applicants": "1", "residents": number})

    assert (errors(page), Draft.objects.exists()) == ((0, True) if number in {"0", "5"} else (1, False))


def test_identified_person_asks_for_places_beside_their_own(sign_in):
    somebody = Somebody(sign_in(cast.MAIJA))
    somebody.client.post(address("fill_in"), {"applicants": "4", "residents": "20"})

    kinds = [each["kind"] for each in somebody.data["people"]]
    assert (kinds[:5], len(kinds)) == (["main", "co", "co", "co", "resident"], 24)
    assert somebody.data["people"][0]["details"]["first_names"] == "Maija Liisa"


def test_identified_person_finds_what_is_known_filled_in(sign_in):
    application(cast.MAIJA)
    somebody = Somebody(sign_in(cast.MAIJA)).begin()

    typed = inputs(somebody.go("people"))
    somebody.fill_everything().send()

    assert (typed["p1-first_names"], typed["p1-hetu"], typed["p1-email"], typed["p1-address"]) == (
        ["Maija Liisa"],
        ["010594Y••••"],
        ["maija@example.test"],
        ["Esimerkkikatu 1 A 2, 00100 Helsinki"],
    )
    assert StateChange.objects.latest("pk").user.person.hetu == cast.MAIJA["hetu"]


def test_pages_in_every_language(client):
    for language in ("fi", "sv", "en"):
        somebody = Somebody(client, language).begin()
        assert headings(somebody.go("people"))
        assert somebody.fill("people", "p1", MAIN).url == address("form_home", language)


@pytest.mark.parametrize("residents", [1, 4])
def test_step_takes_a_constant_number_of_queries(somebody, residents, django_assert_num_queries):
    for _number in range(residents):
        add(somebody, "resident", **MAIN)
    sent = inputs(somebody.go("people"))
    somebody.go("summary")

    with django_assert_num_queries(2):  # session, draft
        somebody.go("people")
    with django_assert_num_queries(2):
        somebody.go("summary")
    with django_assert_num_queries(3):  # and the writing
        somebody.client.post(address("form_people"), sent)


def test_sending_takes_no_more_queries_than_it_needs(somebody, django_assert_num_queries):
    sent = {**inputs(somebody.fill_everything().go("summary")), "assurance": "on"}
    of_days = connection.vendor == "postgresql"  # SQLite has no such locks

    with django_assert_num_queries(18 + of_days + 2):  # 2: of a transaction within that of the test
        somebody.client.post(address("form_send"), sent)


def test_form_sent_by_another_site_saves_nothing(somebody):
    client = Client(enforce_csrf_checks=True)
    other = Somebody(client).begin()

    typed = other.typed("p1", MAIN) | {"saved": "0", "step": "people"}
    foreign = {"sec-fetch-site": "cross-site"}
    answers = [client.post(address(name), typed, headers=foreign) for name in ("form_people", "form_closed")]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert not any("Meikäläinen" in answer.text for answer in answers)
    assert other.data["people"][0]["details"] == {"language": "fi"}
