"""The practice day: each customer is judged by what stands in the database, and the day can be started again."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone, translation
from zeal import zeal_ignore

from applications import references, terms
from applications.models import Applicant, Application, Confirmation, IdCheck
from core import hetu
from core.actors import Actor
from counter import account_issue, contacts, counter_confirmation, id_checks, search
from counter.models import DocumentType
from counter.roles import staff_actor
from demo import data, practice_people
from demo.customers import CUSTOMERS, RIGHT_ADDRESS, Goal
from demo.models import DemoApplication, PracticeDay
from demo.people import BY_KEY, DemoPerson
from demo.practice import start_day
from demo.progress import Day, Progress, all_progress
from identity.models import Account, Person, User
from mailing.models import Letter

pytestmark = pytest.mark.django_db
PAGE = "/demo/practice/"
BY_CUSTOMER = {each.key: each for each in CUSTOMERS}
SERVED = [each.key for each in CUSTOMERS if each.goal == Goal.CONFIRMED]


@pytest.fixture
def day():
    start_day()


def by(username: str = "neuvoja") -> Actor:
    return staff_actor(User.objects.get(username=username))


def progress(key: str) -> Progress:
    return Day.read().progress(BY_CUSTOMER[key])


def slot_of(key: str, position: int | None = None, *, story: str = "") -> Applicant:
    made = DemoApplication.objects.get(story=story or BY_CUSTOMER[key].story)
    people = Application.objects.with_people().get(pk=made.application_id).applicants
    return people[BY_CUSTOMER[key].position if position is None else position]


def check(key: str, *, document: int = -1, slot: Applicant | None = None, **different) -> IdCheck:
    """Record what a customer shows, as they show it unless told otherwise."""
    customer, slot = BY_CUSTOMER[key], slot or slot_of(key)
    shown, begun_at = customer.documents[document], PracticeDay.objects.get().begun_at
    code = different.pop("code", shown.code if customer.extract is None else customer.extract.code)
    is_doubtful = different.pop("is_doubtful", False)
    basis = {}
    if customer.extract:
        basis = {
            "representative": "guardian",
            "representative_name": customer.name,
            "basis_document": "Register extract",
            "basis_valid_until": customer.extract.valid_until(begun_at),
        }
    filled_in = {
        "document_type": shown.kind,
        "country": shown.country,
        "document_valid_until": shown.valid_until(begun_at),
        "picture_matches": True,
        "name_matches": True,
        **basis,
        **different,
    }
    return id_checks.record(
        IdCheck(**filled_in), applicant=slot, digest=slot.version.digest, code=code, is_doubtful=is_doubtful, by=by()
    )


def doubt(key: str = "doubt") -> IdCheck:
    return check(key, picture_matches=False, is_doubtful=True, note="Another face")


def confirm(key: str, *, slot: Applicant | None = None) -> None:
    slot = slot or slot_of(key)
    counter_confirmation.confirm_here(slot, terms_read=terms.current(), digest=slot.version.digest, by=by())


def serve(key: str) -> None:
    """Serve a customer as the page says that it should happen."""
    match BY_CUSTOMER[key].goal:
        case Goal.CONFIRMED:
            check(key)
            confirm(key)
        case Goal.ACCOUNT:
            account = account_issue.issue_account(check(key), email="bounce.tuula@example.test", by=by())
            account_issue.correct_account_address(account, email=RIGHT_ADDRESS, applicant=slot_of(key), by=by())
            contacts.correct_contact_details(slot_of(key), email=RIGHT_ADDRESS, phone=None, language="fi", by=by())
        case Goal.REJECTED:
            id_checks.decide(doubt(), accepted=False, reason="Another face", by=by("esihenkilo"))
        case Goal.SEARCHED:
            look_for(PracticeDay.objects.get().wrong_number)
            look_for("Pajunen")
        case Goal.UNDONE:
            made = IdCheck.objects.get(applicant=slot_of(key))
            id_checks.undo(made, reason="It was somebody else", by=by("esihenkilo"))


def look_for(text: str) -> None:
    search.find_people(text, reason=search.SearchReason.HERE, by=by())


def test_nothing_is_sent_before_the_day_is_started(client):
    page = client.get(f"{PAGE}en/").content.decode()

    assert (Application.objects.count(), Day.read()) == (0, None)
    assert "Start the day" in page


def test_day_begins_with_nobody_served(day):
    assert set(all_progress(Day.read()).values()) == {Progress.NOT_STARTED}


@pytest.mark.parametrize("key", BY_CUSTOMER)
def test_customer_who_is_served_as_should_happen_is_served_right_and_nobody_else_is(day, key):
    serve(key)

    reached = all_progress(Day.read())
    assert {each for each in reached if reached[each] != Progress.NOT_STARTED} == {key}
    assert reached[key] == Progress.RIGHT


def test_all_eleven_can_be_served_on_one_day_and_are_counted(day, client):
    for key in BY_CUSTOMER:
        serve(key)

    assert "Served right: 11 of 11" in client.get(f"{PAGE}en/").content.decode()


@pytest.mark.parametrize("key", SERVED)
def test_check_without_the_confirmation_is_a_start(day, key):
    check(key)

    assert progress(key) == Progress.STARTED


def test_account_is_right_once_its_address_is(day):
    account = account_issue.issue_account(check("account"), email="bounce.tuula@example.test", by=by())
    before = progress("account")
    account_issue.correct_account_address(account, email=RIGHT_ADDRESS, applicant=slot_of("account"), by=by())

    assert (before, progress("account")) == (Progress.STARTED, Progress.RIGHT)


def test_expired_passport_recorded_with_another_date_is_wrong(day):
    check("expired", document=0, document_valid_until=timezone.localdate() + dt.timedelta(days=9))

    assert progress("expired") == Progress.WRONG


def test_expired_passport_is_refused(day):
    with pytest.raises(id_checks.DocumentExpired):
        check("expired", document=0)


def test_doubtful_customer_who_is_passed_without_a_second_review_is_wrong_until_that_is_undone(day):
    made = check("doubt")
    confirm("doubt")
    before = progress("doubt")
    id_checks.undo(made, reason="Another face", by=by("esihenkilo"))

    assert (before, progress("doubt")) == (Progress.WRONG, Progress.STARTED)


def test_doubt_that_waits_is_a_start_and_one_that_is_accepted_is_wrong(day):
    made = doubt()
    before = progress("doubt")
    id_checks.decide(made, accepted=True, reason="Looks alike", by=by("esihenkilo"))

    assert (before, progress("doubt")) == (Progress.STARTED, Progress.WRONG)


def test_guardian_recorded_as_the_person_is_wrong(day):
    nobody = {"representative": "", "representative_name": "", "basis_document": "", "basis_valid_until": None}
    check("guardian", **nobody)

    assert progress("guardian") == Progress.WRONG


def test_wrong_country_is_wrong(day):
    check("no-code", country="FI")

    assert progress("no-code") == Progress.WRONG


def test_check_of_the_namesake_is_wrong(day):
    other = slot_of("namesake", story="day-namesake-other")
    check("namesake", slot=other, code="", note="The code is not on it")

    assert progress("namesake") == Progress.WRONG


def test_check_of_the_other_applicant_is_wrong(day):
    check("co-applicant", slot=slot_of("co-applicant", 0), code=practice_people.KAUKO.identity.hetu)

    assert progress("co-applicant") == Progress.WRONG


def test_protected_customer_who_lost_the_mark_is_wrong(day):
    serve("protected")
    Applicant.objects.filter(pk=slot_of("protected").pk).update(protected=False)

    assert progress("protected") == Progress.WRONG


def test_search_by_the_number_alone_is_a_start(day):
    look_for(PracticeDay.objects.get().wrong_number)

    assert progress("not-found") == Progress.STARTED


def test_page_takes_few_queries_whatever_was_done(day, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(9):
        client.get(f"{PAGE}en/")
    for key in BY_CUSTOMER:
        serve(key)

    with django_assert_max_num_queries(9):
        client.get(f"{PAGE}en/")


def test_day_started_again_forgets_its_customers_and_nobody_else(client):
    data.load()
    data.confirm(DemoApplication.objects.get(story="alone").application, who=BY_KEY["aino"])
    start_day()
    stories = DemoApplication.objects.count()
    for key in BY_CUSTOMER:
        serve(key)
    first = set(DemoApplication.objects.filter(story__startswith="day-").values_list("application", flat=True))

    with zeal_ignore():  # eleven applications, one after another
        assert client.post(f"{PAGE}en/").status_code == 302

    again = set(DemoApplication.objects.filter(story__startswith="day-").values_list("application", flat=True))
    assert set(all_progress(Day.read()).values()) == {Progress.NOT_STARTED}
    assert (first & again, Application.objects.filter(pk__in=first).count()) == (set(), 0)
    assert (DemoApplication.objects.count(), Account.objects.count()) == (stories, 0)
    assert Confirmation.objects.filter(applicant__first_names="Aino").count() == 1
    assert Person.objects.filter(last_name="Tikkanen").count() == 0
    assert not Letter.objects.filter(to=RIGHT_ADDRESS).exists()


def test_other_sites_cannot_start_the_day(day):
    before = PracticeDay.objects.get().begun_at

    answer = Client().post(f"{PAGE}en/", headers={"Sec-Fetch-Site": "cross-site"})

    assert (answer.status_code, PracticeDay.objects.get().begun_at) == (403, before)


def test_page_sets_no_cookie(day):
    with zeal_ignore():
        answers = [Client().get(f"{PAGE}fi/"), Client().post(f"{PAGE}fi/")]

    assert [answer.cookies.output() for answer in answers] == ["", ""]


def test_customers_have_codes_that_belong_to_nobody():
    customers = [each for each in vars(practice_people).values() if isinstance(each, DemoPerson)]
    codes = [each.identity.hetu for each in customers]

    assert [hetu.parse(code) for code in codes] == codes
    assert len({*codes, *(person.identity.hetu for person in BY_KEY.values())}) == len(codes) + len(BY_KEY)
    assert [code for code in codes if int(code[7:10]) < 900] == []


def test_customers_show_documents_that_the_service_knows(db):
    kinds = set(DocumentType.objects.values_list("code", flat=True))

    assert {each.kind for customer in CUSTOMERS for each in customer.documents} <= kinds


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_each_picture_can_be_read(day, client, language):
    page = client.get(f"{PAGE}{language}/").content.decode()
    texts = page.partition('<section class="card customer"')[2].split("<dl")

    with translation.override(language):
        quotes = [str(each.says) for each in CUSTOMERS]
    assert f'<html lang="{language}">' in page
    assert [quote for quote in quotes if quote not in page] == []
    assert page.count('class="document"') == len(texts) - 1 == 14
    for customer in CUSTOMERS:
        for shown in customer.documents:
            assert any(shown.name in text and shown.code in text for text in texts)
    assert page.count("SPECIMEN · MALLI · PROV") == 14


def test_slip_holds_the_number_and_its_code(day, client):
    page = client.get(f"{PAGE}en/").content.decode()

    assert page.count('class="qr"') == sum(customer.has_slip for customer in CUSTOMERS)
    assert slot_of("slip").version.application.number in page
    assert references.display(PracticeDay.objects.get().wrong_number) in page


def test_front_page_and_page_of_staff_lead_to_the_practice_day(client):
    assert f'href="{PAGE}en/"' in client.get("/en/").content.decode()
    assert f'href="{PAGE}"' in client.get("/demo/staff/").content.decode()
    assert client.get(PAGE, headers={"Accept-Language": "sv"})["Location"] == f"{PAGE}sv/"
    assert client.get(f"{PAGE}de/").status_code == 404


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_page_is_accessible_and_fits_a_narrow_screen(page, live_server, axe, language):
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(f"{live_server.url}{PAGE}{language}/")
    axe(page)
    start_day()
    check("doubt")  # one that went wrong
    page.reload()
    for part in page.locator("main details").all():
        part.locator("summary").click()

    axe(page)
    assert page.locator("html").get_attribute("lang") == language
    assert page.evaluate("document.documentElement.scrollWidth") == 320
