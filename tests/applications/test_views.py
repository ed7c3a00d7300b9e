import re

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone, translation

from applications import changes, document, references, terms
from applications.models import Confirmation, Terms, TermsAcceptance
from identity import proof
from identity.enums import Method
from identity.models import Account
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, application, confirm, person, state
from tests.as_read import as_read

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def url(name, sent):
    return reverse(f"applications:{name}", args=[sent.reference])


def text_of(response):
    main = re.search(r"<main.*</main>", response.text, re.DOTALL).group()
    return " ".join(re.sub(r"<[^>]+>", " ", as_read(main)).split())


@pytest.mark.parametrize("name", ["status", "confirm", "receipt"])
def test_page_of_an_applicant_first_asks_for_identification_and_comes_back(client, name):
    page = url(name, application(cast.MAIJA))

    response = client.get(page)

    assert response.status_code == 302
    assert response.url == reverse("identity:identify") + "?next=" + page


def test_link_of_the_housing_system_leads_to_confirming(client):
    sent = application(cast.MAIJA)

    response = client.get(f"/en/confirm/{sent.number.lower()}/")

    assert response.url == url("confirm", sent)


def test_link_of_the_housing_system_says_the_same_about_a_number_that_does_not_exist(client):
    sent, unknown = application(cast.MAIJA), references.new()

    answers = [client.get(f"/en/confirm/{references.display(r)}/") for r in (sent.reference, unknown)]

    assert [a.status_code for a in answers] == [302, 302]
    assert answers[0].url.replace(sent.number, references.display(unknown)) == answers[1].url


def test_terms_are_asked_for_before_the_first_page_and_lead_on_to_it(sign_in):
    page = url("confirm", application(cast.MAIJA))
    client = sign_in(cast.MAIJA, accept_terms=False)

    asked = client.get(page)
    assert asked.url.startswith(reverse("applications:accept_terms") + "?next=")
    accepted = client.post(reverse("applications:accept_terms"), {"next": page, "terms": terms.current().pk})

    assert accepted.url == page
    assert client.get(page).status_code == 200
    assert TermsAcceptance.objects.count() == 1


def test_terms_lead_to_no_other_host(sign_in):
    client = sign_in(cast.MAIJA, accept_terms=False)

    response = client.post(
        reverse("applications:accept_terms"), {"next": "https://evil.example/", "terms": terms.current().pk}
    )

    assert response.url == reverse("applications:waiting")


def test_one_application_that_waits_is_opened_without_choosing_it(sign_in):
    """J1.5"""
    application(cast.OTSO)
    done, waiting = application(cast.MAIJA, cast.OLLI), application(cast.MAIJA)
    confirm(done, cast.MAIJA)
    client = sign_in(cast.MAIJA)

    led = client.get(reverse("applications:waiting"))
    listed = client.get(reverse("applications:list"))

    assert led.url == url("confirm", waiting)
    assert reverse("applications:list") in client.get(led.url).text
    assert (listed.status_code, url("confirm", waiting) in listed.text) == (200, True)


@pytest.mark.parametrize("number", [0, 2])
def test_person_chooses_where_several_wait_and_reads_why_where_none_does(sign_in, number):
    for _ in range(number):
        application(cast.MAIJA)

    assert sign_in(cast.MAIJA).get(reverse("applications:waiting")).url == reverse("applications:list")


@pytest.mark.parametrize("who", [cast.OTSO, cast.OLLI])
def test_nobody_is_led_to_an_application_that_does_not_wait_for_them(sign_in, who):
    """R4: somebody else's, and one's own that is confirmed."""
    confirm(application(cast.MAIJA, cast.OLLI), cast.OLLI)

    assert sign_in(who).get(reverse("applications:waiting")).url == reverse("applications:list")


def test_terms_stay_a_page_on_the_way_to_the_one_application(sign_in):
    waiting, client = application(cast.MAIJA), sign_in(cast.MAIJA, accept_terms=False)

    asked = client.get(reverse("applications:waiting"))
    accepted = client.post(asked.url, {"next": reverse("applications:waiting"), "terms": terms.current().pk})

    assert asked.url.startswith(reverse("applications:accept_terms"))
    assert client.get(accepted.url).url == url("confirm", waiting)


def test_choose_shows_what_waits_for_me_apart_from_the_rest(sign_in):
    done, waiting = application(cast.MAIJA, cast.OLLI), application(cast.MAIJA)
    confirm(done, cast.MAIJA)
    outsiders = application(cast.OTSO)

    shown = text_of(sign_in(cast.MAIJA).get(reverse("applications:list")))

    before, after = shown.split("Your other applications")
    assert waiting.number in before
    assert done.number in after
    assert outsiders.number not in shown
    assert "We are waiting for Olli Öhman to confirm the application." in after


def test_choose_with_nothing_to_confirm_says_so_and_what_to_do(sign_in):
    shown = text_of(sign_in(cast.OTSO).get(reverse("applications:list")))

    assert "You have no applications to confirm." in shown
    assert "Contact customer service." in shown


def test_confirm_page_shows_the_details_and_one_act_at_its_top_and_end(sign_in):
    """J1.6"""
    response = sign_in(cast.MAIJA).get(url("confirm", application(cast.MAIJA, cast.OLLI)))

    assert "Maija Liisa Meikäläinen" in text_of(response)
    main = re.search(r"<main.*</main>", response.text, re.DOTALL).group()
    assert re.findall(r"<button[^>]*>([^<]+)<", main) == ["Confirm application"] * 2
    assert main.count("<form") == main.count('<form id="confirm" method="post"') == 1
    assert main.index("Confirm application") < main.index("Your own details") < main.rindex('form="confirm"')
    assert "checkbox" not in main


def test_confirm_page_folds_long_parts_and_never_ones_own_details_nor_what_changed(sign_in):
    """J1.6"""
    sent = application(cast.MAIJA)
    confirm(sent, cast.MAIJA)
    new = cast.document(cast.MAIJA)
    new["content"]["wishes"]["highest_rent"] = "1250"
    changes.put(sent, document.parse(new), tag=sent.version.digest, by=HOUSING_SYSTEM)

    shown = sign_in(cast.MAIJA).get(url("confirm", sent)).text

    folded = re.findall(r"<details.*?</details>", shown, re.DOTALL)
    titles = [re.search(r"<h2>([^<]+)</h2>", part)[1] for part in folded]
    assert titles == ["Current home", "Need for housing", "What you are looking for"]
    assert [part for part in folded if 'class="changed"' in part or "010594Y" in part] == []
    assert shown.index('class="changed"') < shown.index('<button class="button">Confirm application')


def test_confirm_leads_to_the_receipt_that_names_who_is_missing(sign_in):
    sent = application(cast.MAIJA, cast.OLLI)
    client = sign_in(cast.MAIJA)

    response = client.post(url("confirm", sent), {"version": sent.version.digest}, follow=True)

    shown = text_of(response)
    assert response.redirect_chain == [(url("receipt", sent), 302)]
    assert "The application is not valid until every adult applicant has confirmed it." in shown
    assert "We are waiting for Olli Öhman to confirm the application." in shown
    assert "You do not need to do anything more." in shown
    assert sent.number in shown
    assert "online banking codes" in shown


def test_receipt_shows_its_number_the_digest_the_terms_and_where_to_check_it(sign_in, settings, time_machine):
    sent = application(cast.MAIJA)
    published = "2026-11-01T12:00:00+02:00"
    Terms.objects.create(published_at=published, text_fi="Ehdot", text_sv="Villkor", text_en="Terms")
    time_machine.move_to("2026-11-16T12:00:00+02:00")
    made = confirm(sent, cast.MAIJA)

    shown = text_of(sign_in(cast.MAIJA).get(url("receipt", sent)))

    assert f"Receipt number {references.display(made.number)}" in shown
    assert f"Check code {' '.join(re.findall('....', sent.version.digest))}" in shown
    assert "Terms of use accepted published on 1 November 2026" in shown
    assert f"{settings.PUBLIC_URL}/en/receipt/" in shown


def test_confirm_by_the_last_one_leads_to_a_receipt_that_says_valid_until_when(sign_in, time_machine):
    time_machine.move_to("2026-11-16T12:00:00+02:00")
    sent = application(cast.MAIJA)

    response = sign_in(cast.MAIJA).post(url("confirm", sent), {"version": sent.version.digest}, follow=True)

    assert "Your application is valid until 14 February 2027." in text_of(response)


def test_confirm_again_leads_to_the_same_receipt(sign_in):
    """R12: double click, back button, reload"""
    sent = application(cast.MAIJA, cast.OLLI)
    client, form = sign_in(cast.MAIJA), {"version": sent.version.digest}

    answers = [client.post(url("confirm", sent), form) for _ in range(2)] + [client.get(url("confirm", sent))]

    assert [a.url for a in answers] == [url("receipt", sent)] * 3
    assert Confirmation.objects.count() == 1


def test_confirm_of_what_changed_meanwhile_shows_what_changed(sign_in):
    sent = application(cast.MAIJA)
    read = sent.version.digest
    new = cast.document(cast.MAIJA)
    new["content"]["wishes"]["highest_rent"] = "1250"
    changes.put(sent, document.parse(new), tag=read, by=HOUSING_SYSTEM)
    client = sign_in(cast.MAIJA)

    refused = client.post(url("confirm", sent), {"version": read})

    assert refused.status_code == 409
    assert "Nothing was confirmed." in text_of(refused)
    assert "1,250.00 € Before: 1,100.00 €" in text_of(refused)
    assert state(sent) == "awaiting"
    again = re.search(r'name="version" value="([^"]+)"', refused.text).group(1)
    assert client.post(url("confirm", sent), {"version": again}).url == url("receipt", sent)


def test_confirm_of_an_application_that_ended_meanwhile_says_so(sign_in):
    sent = application(cast.MAIJA)
    client = sign_in(cast.MAIJA)
    type(sent).objects.update(state="withdrawn")

    response = client.post(url("confirm", sent), {"version": sent.version.digest}, follow=True)

    assert "This application has ended, so you cannot confirm it." in text_of(response)


@pytest.mark.parametrize("digest", ["", "\x00", "x" * 5000])
def test_confirm_of_a_made_up_version_confirms_nothing(sign_in, digest):
    sent = application(cast.MAIJA)

    response = sign_in(cast.MAIJA).post(url("confirm", sent), {"version": digest})

    assert response.status_code == 409
    assert Confirmation.objects.count() == 0


def test_confirm_page_warns_by_number_of_what_it_replaces(sign_in):
    """R9"""
    valid = application(cast.MAIJA)
    confirm(valid, cast.MAIJA)
    olli_alone, together = application(cast.OLLI), application(cast.MAIJA, cast.OLLI)

    shown = text_of(sign_in(cast.MAIJA).get(url("confirm", together)))

    assert "You can have only one valid application." in shown
    assert valid.number in shown
    assert olli_alone.number not in shown


def test_confirm_page_for_somebody_under_18_says_that_they_need_not(sign_in):
    """R2"""
    sent = application(cast.MAIJA, cast.TEA)
    client = sign_in(cast.TEA)

    for response in (
        client.get(url("confirm", sent), follow=True),
        client.post(url("confirm", sent), {"version": sent.version.digest}, follow=True),
    ):
        assert "You are under 18. You do not need to confirm the application." in text_of(response)
    assert Confirmation.objects.count() == 0


def test_not_yours_and_does_not_exist_are_the_same_to_the_byte(sign_in):
    """R4; names of nobody"""
    others, unknown = application(cast.OLLI), references.new()
    client = sign_in(cast.MAIJA)

    def strip(response):
        return re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "", response.text)

    for name in ("status", "confirm", "receipt"):
        answers = [
            client.get(reverse(f"applications:{name}", args=[number])) for number in (others.reference, unknown)
        ]
        assert [a.status_code for a in answers] == [404, 404]
        assert "Olli" not in answers[0].text
        bodies = [
            strip(a).replace(references.display(number), "NUMBER")
            for a, number in zip(answers, (others.reference, unknown), strict=True)
        ]
        assert bodies[0] == bodies[1]


def test_guessing_numbers_is_limited(sign_in):
    client, page = sign_in(cast.MAIJA), url("status", application(cast.OLLI))

    answers = [client.get(page).status_code for _ in range(31)]

    assert answers == [404] * 30 + [429]


def test_status_shows_each_adult_and_whether_they_confirmed(sign_in):
    """J3"""
    sent = application(
        cast.MAIJA,
        cast.OLLI,
        cast.TEA,
        co_applicants=[
            cast.applicant(cast.OLLI),
            cast.applicant(cast.TEA),
            cast.applicant({"first_names": "Ada", "last_name": "Abroad"}, birth_date="1990-01-01"),
        ],
    )
    confirm(sent, cast.OLLI)

    shown = text_of(sign_in(cast.MAIJA).get(url("status", sent)))

    assert "Sent – waiting for confirmation" in shown
    assert "Maija Liisa Meikäläinen Main applicant (you) not confirmed yet" in shown
    assert "Olli Öhman Co-applicant 1 confirmed on" in shown
    assert "Tea Teini Co-applicant 2 need not confirm" in shown
    assert "Ada Abroad Co-applicant 3 can confirm only at customer service" in shown


@pytest.mark.parametrize("who", [cast.MAIJA, cast.OLLI])
def test_pages_hold_no_whole_code_and_nothing_of_the_others_own(sign_in, who):
    """R17, J2"""
    sent = application(
        cast.MAIJA,
        cast.OLLI,
        main_applicant=cast.applicant(cast.MAIJA, email="maija.secret@example.test", phone="050 1"),
        co_applicants=[cast.applicant(cast.OLLI, email="olli.secret@example.test", phone="050 2")],
    )
    other = "olli" if who is cast.MAIJA else "maija"
    client = sign_in(who)
    pages = [reverse("applications:list"), url("status", sent), url("confirm", sent)]
    client.post(url("confirm", sent), {"version": "stale"})

    answers = [client.get(page).text for page in pages]
    answers.append(client.post(url("confirm", sent), {"version": sent.version.digest}, follow=True).text)

    for body in answers:
        assert cast.MAIJA["hetu"] not in body
        assert cast.OLLI["hetu"] not in body
        assert f"{other}.secret@example.test" not in body


def test_pages_that_need_no_content_are_shown_though_it_is_spoiled(sign_in):
    sent = application(cast.MAIJA)
    confirm(sent, cast.MAIJA)
    client = sign_in(cast.MAIJA)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE applications_version SET content = %s", [b"spoiled"])

    answers = [client.get(url(page, sent)).status_code for page in ("status", "receipt", "withdraw", "confirm")]
    assert [client.get(reverse("applications:list")).status_code, *answers] == [200] * 4 + [302]
    assert client.post(url("withdraw", sent)).status_code == 302
    assert state(sent) == "withdrawn"


@pytest.mark.parametrize("number", [1, 3])
def test_pages_take_a_constant_number_of_queries(sign_in, number, django_assert_num_queries):
    for _ in range(number):
        sent = application(cast.MAIJA, cast.OLLI, cast.VERA)
    client = sign_in(cast.MAIJA)
    client.get(reverse("applications:list"))

    # session with its person, applications with their people and the terms, lost invitations, drafts, own letters
    with django_assert_num_queries(5):
        client.get(reverse("applications:list"))
    with django_assert_num_queries(4):  # letters, and lost addresses
        client.get(url("status", sent))
    with django_assert_num_queries(4):  # own letters, and the applications that would be replaced
        client.get(url("confirm", sent))


@pytest.mark.parametrize("others", [0, 3])
def test_receipt_takes_a_constant_number_of_queries(sign_in, others, django_assert_num_queries):
    sent = application(cast.MAIJA, *[cast.OLLI, cast.VERA, cast.VILLE][:others])
    confirm(sent, cast.MAIJA)
    client = sign_in(cast.MAIJA)
    client.get(url("receipt", sent))

    # session with its person, application with its people and the terms, the PDF, the emails to those who are awaited
    with django_assert_num_queries(3 + bool(others)):
        client.get(url("receipt", sent))


def test_confirming_takes_a_constant_number_of_queries(sign_in, django_assert_num_queries):
    sent = application(cast.MAIJA)
    client = sign_in(cast.MAIJA)
    client.get(url("confirm", sent))

    # four of them the ends of transactions, two the rivals with their people, three the trail
    with django_assert_num_queries(17):
        client.post(url("confirm", sent), {"version": sent.version.digest})
    assert state(sent) == "valid"


def test_terms_published_while_one_reads_the_former_ones_are_not_accepted_unread(sign_in):
    """R12, J1.4"""
    client = sign_in(cast.MAIJA, accept_terms=False)
    page, read = reverse("applications:accept_terms"), terms.current()
    now = timezone.now()
    newer = Terms.objects.create(published_at=now, text_fi="uudet", text_sv="nya", text_en="the newer ones")

    for sent in ({"terms": read.pk}, {}, {"terms": "x"}):
        answer = client.post(page, sent)
        assert answer.status_code == 409
        assert "The terms of use have changed. You have not accepted the new terms yet." in text_of(answer)
        assert "the newer ones" in answer.text
    assert TermsAcceptance.objects.count() == 0

    client.post(page, {"terms": newer.pk})
    again = client.post(page, {"terms": read.pk})  # in the tab that still shows the former ones

    assert again.url == reverse("applications:waiting")
    assert [one.terms for one in TermsAcceptance.objects.all()] == [newer]


def test_personal_pages_are_not_stored(sign_in):
    sent = application(cast.MAIJA)
    client = sign_in(cast.MAIJA)

    for page in (reverse("applications:list"), url("status", sent), url("confirm", sent)):
        assert "no-store" in client.get(page)["Cache-Control"]


def test_account_that_was_closed_a_moment_ago_confirms_nothing_and_says_so(sign_in):
    """J5: its session is still on its way"""
    sent = application(cast.MAIJA)
    client = sign_in(cast.MAIJA)
    user = person(cast.MAIJA).user
    Account.objects.create(user=user, email="maija.own@example.test", closed_at=timezone.now())
    session = client.session
    at = timezone.now().isoformat()
    by_account = proof.Proof(method=Method.ACCOUNT, provider="account", level="", at=at)
    proof.remember(session, by_account)
    session.save()

    response = client.post(url("confirm", sent), {"version": sent.version.digest}, follow=True)

    assert "This account has been closed." in text_of(response)
    assert Confirmation.objects.count() == 0


def test_posts_need_a_token(sign_in):
    sent = application(cast.MAIJA)
    client = sign_in(cast.MAIJA)
    client.handler.enforce_csrf_checks = True

    for page in (url("confirm", sent), reverse("applications:accept_terms")):
        assert client.post(page, {"version": sent.version.digest}).status_code == 403
    assert person(cast.MAIJA).confirmations.count() == 0


def test_valid_application_does_not_ask_somebody_who_turned_18_since(sign_in, time_machine):
    """R2: once valid, it stays valid"""
    time_machine.move_to("2034-04-30T12:00:00+03:00")
    sent = application(cast.MAIJA, cast.TEA)
    confirm(sent, cast.MAIJA)
    time_machine.move_to("2034-05-01T12:00:00+03:00")
    client = sign_in(cast.TEA)

    assert "You have no applications to confirm." in text_of(client.get(reverse("applications:list")))
    assert "not valid yet" not in text_of(client.get(url("status", sent)))


@pytest.mark.parametrize("was_valid", [False, True])
def test_changed_application_is_not_valid_yet_only_if_it_never_was(sign_in, was_valid):
    sent = application(cast.MAIJA)
    if was_valid:
        confirm(sent, cast.MAIJA)
    changes.put(sent, document.parse(cast.changed(cast.MAIJA)), tag=sent.version.digest, by=HOUSING_SYSTEM)
    client = sign_in(cast.MAIJA)

    for page in ("status", "confirm"):
        shown = text_of(client.get(url(page, sent)))
        assert ("Your application is no longer valid. Confirm it." in shown) == was_valid
        assert ("Your application is not valid yet. Confirm it." in shown) != was_valid


def test_somebody_who_turned_18_since_it_became_valid_may_confirm_so_that_it_can_be_renewed(sign_in, time_machine):
    """R2, ADR 4"""
    time_machine.move_to("2034-04-30T12:00:00+03:00")
    sent = application(cast.MAIJA, cast.TEA)
    confirm(sent, cast.MAIJA)
    time_machine.move_to("2034-05-01T12:00:00+03:00")
    client = sign_in(cast.TEA)
    asked = "You are now 18. The application can be renewed only after you have confirmed it."

    shown = [text_of(client.get(url(name, sent))) for name in ("status", "confirm")]
    client.post(url("confirm", sent), {"version": sent.version.digest})

    assert [asked in page for page in shown] == [True, True]
    assert "Your application is valid" in text_of(client.get(url("receipt", sent)))
    assert asked not in text_of(client.get(url("status", sent)))
    assert state(sent) == "valid"
