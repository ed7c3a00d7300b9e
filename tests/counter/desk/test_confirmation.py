import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from applications import changes, document, invitations, terms
from applications.models import Applicant, Confirmation, Terms
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, actor, applicant, application, confirm, state
from tests.applications.households import sent as household
from tests.cast import MAIJA, OLLI, TEA
from tests.cast import document as written
from tests.counter.checks import ETHAN, GUN, check, confirm_here, slot, undo
from tests.counter.desk.arranged import address, controls, entries, protect, text_of
from tests.staff import sign_in_staff, staff

pytestmark = pytest.mark.django_db

SECRETS = ["Esimerkkikatu 1 A 2", "maija@example.test", "040 123 4567"]


def at(sent, position=0, language="en"):
    return address("desk_confirm", sent.reference, position, language=language)


def form(sent, **different):
    return {"version": sent.version.digest, "terms": terms.current().pk, **different}


def test_page_shows_the_persons_own_details_and_the_terms(adviser):
    sent = household(MAIJA, OLLI, language="en")

    text = text_of(adviser.get(at(sent)))

    for fact in ("Your own details", "010594Y••••", "2,450.50", sent.number):
        assert fact in text
    assert " ".join(terms.current().text_en.split()[:8]) in text
    assert MAIJA["hetu"] not in text


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_page_speaks_to_the_person_in_their_language_and_to_staff_in_theirs(adviser, language):
    sent = household(MAIJA, language=language)

    response = adviser.get(at(sent))
    shown = response.content.decode()
    part = shown[shown.index('class="customer"') :]

    fixed = {"fi": "Tarkista tiedot", "sv": "Kontrollera uppgifterna", "en": "Check the details"}
    assert f'<div class="customer" lang="{language}">' in shown
    assert fixed[language] in part
    assert " ".join(getattr(terms.current(), f"text_{language}").split()[:5]) in " ".join(part.split())
    assert "The person confirms the application" in shown


def test_page_for_the_customer_has_nothing_that_is_for_staff(adviser):
    sent = household(MAIJA, language="sv")

    shown = adviser.get(at(sent) + "?show=customer").content.decode()

    assert '<html lang="sv">' in shown
    assert "Kontrollera uppgifterna" in shown
    assert "<form" not in shown
    assert "<a " not in shown
    assert "Anna" not in shown


def test_page_warns_of_what_would_be_replaced_by_its_number_only(adviser):
    """R9"""
    former = application(OLLI, TEA)
    sent = household(MAIJA, OLLI, language="en")

    theirs, own = (text_of(adviser.get(at(sent, position))) for position in (0, 1))

    assert former.number in theirs
    assert "these applications of yours" not in theirs
    assert "these applications of yours" in own
    assert "Tea" not in theirs + own


def test_person_confirms_and_gets_a_receipt(adviser):
    sent = household(MAIJA, OLLI, language="sv")
    check(sent, MAIJA)

    response = adviser.post(at(sent), form(sent), follow=True)

    made = Confirmation.objects.get()
    text = text_of(response)
    assert (made.method, made.terms) == ("counter", terms.current())
    assert response.redirect_chain == [(at(sent), 302)]
    assert "The confirmation has been recorded." in text
    assert "Vi väntar på att Olli Öhman bekräftar ansökan." in text
    assert sent.number in text


def test_last_confirmation_makes_it_valid(adviser):
    sent = household(MAIJA, OLLI, language="fi")
    confirm(sent, OLLI)
    check(sent, MAIJA)

    text = text_of(adviser.post(at(sent), form(sent), follow=True))

    assert state(sent) == "valid"
    assert "Hakemuksesi on voimassa" in text


def test_receipt_of_a_main_applicant_with_a_reported_error_does_not_say_that_nothing_is_to_be_done(adviser):
    sent = application(MAIJA, OLLI)
    invitations.report_error(applicant(sent, OLLI), text="We are three.")
    for who in (MAIJA, OLLI):
        confirm(sent, who)

    main, reporter = (adviser.get(at(sent, position)).content.decode() for position in (0, 1))

    assert "Tässä hakemuksessa on ilmoitettu virhe." in main
    assert ["Sinun ei tarvitse tehdä mitään" in shown for shown in (main, reporter)] == [False, True]


def test_receipt_is_printed_in_the_persons_language(adviser):
    sent = household(MAIJA, language="fi")
    check(sent, MAIJA)
    confirm_here(sent, MAIJA)

    shown = adviser.get(at(sent, language="sv") + "?show=customer").content.decode()

    assert '<html lang="fi">' in shown
    assert "Hakemuksesi on voimassa" in shown
    assert sent.number in shown
    made = Confirmation.objects.get()
    for fact in (made.receipt_number, made.check_code, f"{settings.PUBLIC_URL}/fi/receipt/"):
        assert fact in shown


def test_somebody_without_a_code_confirms(adviser):
    """R3"""
    sent = application(MAIJA, co_applicants=[ETHAN])
    check(sent, ETHAN)

    adviser.post(at(sent, 1), form(sent))

    assert Confirmation.objects.get().person is None


def test_confirming_twice_is_one_confirmation(adviser):
    """R12"""
    sent = application(MAIJA)
    check(sent, MAIJA)

    answers = [adviser.post(at(sent), form(sent)) for _ in range(2)]

    assert [(answer.status_code, answer.url) for answer in answers] == [(302, at(sent))] * 2
    assert Confirmation.objects.count() == 1


def test_without_a_check_the_page_leads_to_it(adviser):
    sent = application(MAIJA)

    response = adviser.post(at(sent), form(sent))

    assert response.status_code == 409
    assert "Check the identity of the person first." in text_of(response)
    assert address("desk_check", sent.reference, 0) in response.content.decode()
    assert Confirmation.objects.count() == 0


def test_person_without_a_code_who_turned_18_while_it_was_valid_confirms_here_so_that_it_can_be_renewed(time_machine):
    """R2, R3: the counter is the only place for them, and the family could not renew"""
    time_machine.move_to("2034-04-20T12:00:00+03:00")
    young = cast.applicant({"first_names": "Eva", "last_name": "Evans", "hetu": None}, birth_date="2016-05-01")
    sent = household(MAIJA, young, language="en")
    confirm(sent, MAIJA)
    time_machine.shift(20 * 24 * 3600)
    desk = sign_in_staff(Client(), staff("adviser"))
    person_page = address("desk_applicant", sent.reference, 1)
    check(sent, young)

    offered = at(sent, 1) in desk.get(person_page).text
    desk.post(at(sent, 1), form(sent))
    changes.renew(sent, by=actor(MAIJA))

    assert offered
    assert slot(sent, young).confirmed
    assert state(sent) == "valid"


def test_change_meanwhile_is_said_and_marked(adviser):
    """R6"""
    sent = household(MAIJA, language="en")
    read = form(sent)
    now = written(MAIJA, language="en", main_applicant={**written(MAIJA)["main_applicant"], "language": "en"})
    now["content"]["wishes"]["highest_rent"] = "950"
    changes.put(sent, document.parse(now), tag=sent.version.digest, by=HOUSING_SYSTEM)

    check(sent, MAIJA)

    response = adviser.post(at(sent), read)

    assert response.status_code == 409
    assert "What changed is marked below." in text_of(response)
    assert "Before: 1,100.00" in text_of(response)
    assert Confirmation.objects.count() == 0


def test_terms_published_meanwhile_are_read_first(adviser):
    sent = application(MAIJA)
    check(sent, MAIJA)
    read = form(sent)
    Terms.objects.create(published_at=timezone.now(), text_fi="Uudet ehdot", text_sv="Nya", text_en="New")

    refused = adviser.post(at(sent), read)
    adviser.post(at(sent), form(sent))

    assert refused.status_code == 409
    assert "There are new terms of use." in text_of(refused)
    assert "Uudet ehdot" in text_of(refused)
    assert Confirmation.objects.get().terms == terms.current()


@pytest.mark.parametrize("nonsense", [{}, {"version": "x", "terms": "y"}, {"version": "x" * 100, "terms": "1"}])
def test_nonsense_confirms_nothing(adviser, nonsense):
    sent = application(MAIJA)
    check(sent, MAIJA)

    assert adviser.post(at(sent), nonsense).status_code == 409
    assert Confirmation.objects.count() == 0


def test_application_that_does_not_wait_leads_back_to_the_person(adviser):
    sent = application(MAIJA, TEA)

    response = adviser.get(at(sent, 1), follow=True)

    assert response.redirect_chain == [(address("desk_applicant", sent.reference, 1), 302)]
    assert "The application is not waiting for this person’s confirmation." in text_of(response)


def test_application_that_ended_meanwhile_is_said(adviser):
    """R8"""
    sent, other = application(MAIJA), application(MAIJA)
    check(sent, MAIJA)
    read = form(sent)
    confirm(other, MAIJA)

    response = adviser.post(at(sent), read, follow=True)

    assert response.redirect_chain == [(address("desk_applicant", sent.reference, 0), 302)]
    assert "This application has ended, so you cannot confirm it." in text_of(response)


def test_confirmation_that_was_undone_can_be_made_again(adviser):
    """C5"""
    sent = application(MAIJA)
    made = check(sent, MAIJA)
    confirm_here(sent, MAIJA)
    undo(made)
    check(sent, MAIJA)

    adviser.post(at(sent), form(sent))

    assert state(sent) == "valid"


def test_address_stands_on_the_page_for_the_customer_alone(adviser, supervisor):
    """R16, ADR 19"""
    sent = household(MAIJA, language="en")
    check(sent, MAIJA)

    own = [browser.get(at(sent)).content.decode() for browser in (adviser, supervisor)]
    shown = adviser.get(at(sent) + "?show=customer").content.decode()

    assert [secret for secret in SECRETS for page in own if secret in page] == []
    assert [secret for secret in SECRETS if secret not in shown] == []
    assert [facts for _, _, facts in entries("contact_details_asked")] == [{"shown": True}]


@pytest.mark.parametrize("is_checked", [False, True])
def test_details_of_a_protected_person_are_restricted(adviser, is_checked):
    """R16"""
    sent = household(MAIJA, language="en")
    protect(applicant(sent, MAIJA))
    if is_checked:
        check(sent, MAIJA)

    pages = [adviser.get(at(sent) + query).content.decode() for query in ("", "?show=customer")]

    assert [secret for secret in SECRETS for page in pages if secret in page] == []
    assert "Not shown here. You can ask to see it." in pages[0]
    assert "Not shown here. You see it when you identify yourself in this service." in pages[1]
    assert entries("protected_details_shown") == []


def test_details_of_a_protected_person_are_shown_by_right_and_each_look_is_recorded(supervisor):
    """R16"""
    sent = household(MAIJA, language="en")
    protect(applicant(sent, MAIJA))

    shown = [supervisor.get(at(sent) + "?show=customer").content.decode() for _ in range(2)]

    assert [secret for secret in SECRETS if secret not in shown[1]] == []
    assert len(entries("protected_details_shown")) == 2


def test_details_that_changed_are_restricted_too(adviser):
    """R16"""
    sent = household(MAIJA, language="en")
    read = form(sent)
    Applicant.objects.update(protected=True)
    now = written(MAIJA, main_applicant={**written(MAIJA)["main_applicant"], "address": "Salakatu 3"})
    changes.put(sent, document.parse(now), tag=sent.version.digest, by=HOUSING_SYSTEM)

    check(sent, MAIJA)

    shown = adviser.post(at(sent), read).content.decode()

    assert [secret for secret in [*SECRETS, "Salakatu"] if secret in shown] == []


@pytest.mark.parametrize("more", [{}, GUN], ids=["person", "guardian"])
def test_adviser_is_told_whom_to_ask_for_details_that_are_not_shown_whoever_is_protected(adviser, more):
    """R16: the page is the same for everybody"""
    sent = household(MAIJA, language="en")
    check(sent, MAIJA, **more)

    before = text_of(adviser.get(at(sent)))
    protect(applicant(sent, MAIJA))

    assert "If an address or contact details are missing on the customer’s page, ask a supervisor" in before
    assert text_of(adviser.get(at(sent))) == before


@pytest.mark.parametrize(("more", "who"), [({}, "person"), (GUN, "representative")])
def test_button_says_who_confirms(adviser, more, who):
    """C6"""
    sent = application(MAIJA)
    check(sent, MAIJA, **more)

    assert f"The {who} confirms the application" in controls(adviser.get(at(sent)))


@pytest.mark.parametrize(("email", "is_said"), [("", True), ("maija@example.test", False)])
def test_receipt_of_somebody_without_an_address_is_to_be_printed(adviser, email, is_said):
    sent = application(MAIJA)
    Applicant.objects.filter(version=sent.version).update(email=email)
    check(sent, MAIJA)

    page = adviser.post(at(sent), form(sent), follow=True)
    paper = adviser.get(at(sent) + "?show=customer")

    assert ("Print the receipt and give it to the person." in text_of(page)) == is_said
    assert "give it to the person" not in text_of(paper)


def test_operator_is_not_let_in(operator):
    assert operator.get(at(application(MAIJA))).status_code == 403


@pytest.mark.parametrize("people", [(MAIJA,), (MAIJA, OLLI, TEA)])
def test_page_takes_a_constant_number_of_queries(adviser, django_assert_max_num_queries, people):
    sent = application(*people)
    adviser.get(at(sent))

    with django_assert_max_num_queries(14):
        adviser.get(at(sent))
