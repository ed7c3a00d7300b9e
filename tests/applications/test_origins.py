"""Where an application is edited: here, only in the service in which it was filled in, or in both (J6.4)."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation

from applications import changes, document, drafts, intake, invitations, present
from applications.form.change import data_of_change
from applications.models import Draft, Origin
from applications.models.origin import check_change_link
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, actor, confirm, state
from tests.applications.form.forms import Somebody
from tests.applications.households import fresh, letter, slot, written
from tests.applications.test_views import text_of, url

pytestmark = pytest.mark.django_db

NAMES = {"fi": "Asuntohaku", "sv": "Bostadssökning", "en": "Home search"}
LINK = "https://housing.example/{language}/applications/{reference}/edit"
SENTENCES = {
    "fi": "Voit muokata tätä hakemusta vain toisessa palvelussa, jonka nimi on Asuntohaku.",
    "sv": "Du kan redigera den här ansökan bara i en annan tjänst, Bostadssökning.",
    "en": "You can edit this application only in another service, Home search.",
}
LABELS = {
    "fi": "Muokkaa hakemusta toisessa palvelussa (Asuntohaku)",
    "sv": "Redigera ansökan i en annan tjänst (Bostadssökning)",
    "en": "Edit application in another service (Home search)",
}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def sent(changed_in, *people, link=LINK, **more):
    """Return an application from a service that leaves editing where `changed_in` says."""
    names = {f"name_{code}": name for code, name in NAMES.items()}
    origin = Origin.objects.create(changed_in=changed_in, change_link=link, **names)
    people = people or (cast.MAIJA, cast.OLLI)
    made = intake.send(document.parse(cast.document(*people, **more)), by=HOUSING_SYSTEM, origin=origin)
    return fresh(made)


def moved(application, changed_in):
    Origin.objects.update(changed_in=changed_in)
    return fresh(application)


def edited(application, rent="1250"):
    """Return the document of an application with another highest rent."""
    found = present.document(application.version)
    wishes = found.content.wishes.model_copy(update={"highest_rent": Decimal(rent)})
    return found.model_copy(update={"content": found.content.model_copy(update={"wishes": wishes})})


def address(application, language="en"):
    return f"https://housing.example/{language}/applications/{application.number}/edit"


# --- The rule -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("changed_in", ["here", "both"])
def test_people_edit_and_remove_here_unless_only_the_other_service_does(changed_in):
    """J6.4"""
    one = sent(changed_in)

    changes.edit(one, edited(one), digest=one.version.digest, by=actor(cast.MAIJA))
    one = fresh(one)
    changes.remove(slot(one, cast.OLLI), digest=one.version.digest, by=actor(cast.MAIJA))

    assert fresh(one).version.number == 3


def test_people_neither_edit_nor_remove_here_what_only_the_other_service_changes():
    """J6.4"""
    one = sent("there")
    invitations.decline(slot(one, cast.OLLI), by=actor(cast.OLLI))
    one = fresh(one)

    with pytest.raises(changes.EditedElsewhere, match="in another service, Home search"):
        changes.edit(one, edited(one), digest=one.version.digest, by=actor(cast.MAIJA))
    with pytest.raises(changes.EditedElsewhere):
        changes.remove(slot(one, cast.OLLI), digest=one.version.digest, by=actor(cast.MAIJA))

    assert fresh(one).version.number == 1


def test_everything_but_editing_stays_here(time_machine):
    """J6.4"""
    time_machine.move_to("2026-11-16T12:00:00+02:00")
    one = sent("there")

    invitations.correct_own_contact_details(
        slot(one, cast.OLLI), email="olli.new@example.test", phone="", language="sv", by=actor(cast.OLLI)
    )
    confirm(one, cast.MAIJA)
    confirm(one, cast.OLLI)
    time_machine.shift(dt.timedelta(days=10))
    changes.renew(one, by=actor(cast.MAIJA))
    renewed = fresh(one).valid_until
    changes.withdraw(one, by=actor(cast.OLLI))

    assert renewed == one.valid_until + dt.timedelta(days=10)
    assert state(one) == "withdrawn"


@pytest.mark.parametrize("changed_in", ["there", "both"])
def test_housing_system_changes_unless_only_this_service_does(changed_in):
    """J6.4"""
    one = sent(changed_in)

    changes.put(one, edited(one), tag=one.version.digest, by=HOUSING_SYSTEM)

    assert fresh(one).version.number == 2


def test_housing_system_changes_nothing_in_what_only_this_service_changes():
    """J6.4"""
    one = sent("here")

    with pytest.raises(changes.EditedOnlyHere):
        changes.put(one, edited(one), tag=one.version.digest, by=HOUSING_SYSTEM)

    assert fresh(one).version.number == 1


def test_setting_holds_for_what_was_sent_before_it():
    """J6.4"""
    one = moved(sent("both"), "there")

    with pytest.raises(changes.EditedElsewhere):
        changes.edit(one, edited(one), digest=one.version.digest, by=actor(cast.MAIJA))


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_name_and_link_are_in_the_language_of_the_page(language):
    one = sent("there")

    with translation.override(language):
        shown = one.edited_elsewhere.name, one.edit_link

    assert shown == (NAMES[language], address(one, language))


def test_name_that_is_missing_in_a_language_is_the_finnish_one():
    origin = Origin(name_fi="Asuntohaku")

    assert str(origin) == "Asuntohaku"


@pytest.mark.parametrize("link", [LINK, "https://housing.example/", "https://housing.example:8443/a?b={reference}#c"])
def test_link_is_an_https_address_with_the_number_in_it_or_without(link):
    check_change_link(link)


@pytest.mark.parametrize(
    "link", ["http://a.example/", "https://a.example/{x}", "https://{language}.example/", "//a.example"]
)
def test_other_link_is_refused(link):
    with pytest.raises(ValidationError):
        check_change_link(link)


# --- Pages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_page_of_the_application_leads_to_the_other_service_in_words(sign_in, language):
    """J6.4"""
    one = sent("there")
    client = sign_in(cast.MAIJA)

    with translation.override(language):
        page = client.get(url("status", one))
        here = url("change", one)

    assert f'<a href="{address(one, language)}" rel="noreferrer">{LABELS[language]}</a>' in page.text
    assert here not in page.text
    assert reverse("applications:remove", args=[one.reference, 1]) not in page.text


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("who", [cast.MAIJA, cast.OLLI])
def test_page_for_editing_says_where_it_is_done(sign_in, who, language):
    """J6.4"""
    one = sent("there")
    client = sign_in(who)

    with translation.override(language):
        page = client.get(url("change", one))
        kept = url("contact_details", one)

    assert f'<a class="button" href="{address(one, language)}" rel="noreferrer">{LABELS[language]}</a>' in page.text
    assert NAMES[language] in text_of(page).partition(one.number)[2]
    assert kept in page.text
    assert "<button" not in page.text.partition("<main")[2].partition("</main")[0]
    assert Draft.objects.count() == 0


def test_other_service_without_a_known_address_is_named(sign_in):
    """J6.4"""
    one = sent("there", link="")
    client = sign_in(cast.MAIJA)

    pages = [client.get(url(name, one)) for name in ("status", "confirm", "change")]

    assert [SENTENCES["en"] in text_of(page) for page in pages[:2]] == [True, True]
    assert f"You can edit application {one.number} only in another service, Home search." in text_of(pages[2])
    assert [page for page in pages if "housing.example" in page.text] == []


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_whoever_checks_the_details_or_renews_learns_where_to_edit(sign_in, time_machine, language):
    """J6.4"""
    time_machine.move_to("2026-11-16T12:00:00+02:00")
    one = sent("there")
    client = sign_in(cast.MAIJA)
    with translation.override(language):
        checked = text_of(client.get(url("confirm", one)))
        confirm(one, cast.MAIJA)
        confirm(one, cast.OLLI)
        time_machine.shift(dt.timedelta(days=10))
        renewing = text_of(sign_in(cast.MAIJA).get(url("renew", one)))

    assert SENTENCES[language] in checked
    assert LABELS[language] in checked
    assert SENTENCES[language] in renewing


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_main_applicant_reads_a_report_and_who_declined_with_the_way_to_edit(sign_in, language):
    """J2.4, J6.4, R10"""
    one = sent("there", cast.MAIJA, cast.OLLI, cast.VERA)
    invitations.report_error(slot(one, cast.OLLI), text="Wrong rent", by=actor(cast.OLLI))
    invitations.decline(slot(one, cast.VERA), by=actor(cast.VERA))
    client = sign_in(cast.MAIJA)

    with translation.override(language):
        page = client.get(url("status", one))

    assert page.text.count(f'class="button secondary" href="{address(one, language)}"') == 1
    assert text_of(page).count(SENTENCES[language]) == 1
    assert text_of(page).count(LABELS[language]) == 4  # the report, each of the two co-applicants, all that one can do


@pytest.mark.parametrize("method", ["get", "post"])
def test_address_for_removing_somebody_leads_to_where_it_is_done(sign_in, method):
    """J6.4"""
    one = sent("there")
    client = sign_in(cast.MAIJA)

    response = getattr(client, method)(reverse("applications:remove", args=[one.reference, 1]), follow=True)

    assert LABELS["en"] in text_of(response)
    assert fresh(one).version.number == 1


def test_removing_while_the_setting_changes_is_refused_in_words(sign_in, monkeypatch):
    """J6.4"""
    one = sent("both")
    client = sign_in(cast.MAIJA)
    remove = changes.remove

    def after_the_setting(*args, **kwargs):
        moved(one, "there")
        return remove(*args, **kwargs)

    monkeypatch.setattr(changes, "remove", after_the_setting)
    at = reverse("applications:remove", args=[one.reference, 1])
    response = client.post(at, {"version": one.version.digest}, follow=True)

    assert "You can edit this application only in another service, Home search. Nothing was changed here." in text_of(
        response
    )


@pytest.mark.parametrize("changed_in", ["here", "both"])
def test_pages_stay_as_they_are_where_people_edit_here(sign_in, changed_in):
    one = sent(changed_in)
    client = sign_in(cast.MAIJA)

    page = client.get(url("status", one))

    assert url("change", one) in page.text
    assert reverse("applications:remove", args=[one.reference, 1]) in page.text
    assert "Home search" not in page.text


@pytest.mark.parametrize("number", [1, 3])
def test_status_takes_no_query_more_for_another_service(sign_in, number, django_assert_num_queries):
    one = sent("there", cast.MAIJA, *[cast.OLLI, cast.VERA, cast.VILLE][:number])
    client = sign_in(cast.MAIJA)
    client.get(url("status", one))

    with django_assert_num_queries(4):  # as in test_household_views
        client.get(url("status", one))


# --- What was begun here before -----------------------------------------------------------------------------


@pytest.fixture
def begun(sign_in):
    """A change that Maija has begun and typed here, before only the other service changes the application."""
    one = sent("both")
    somebody = Somebody(sign_in(cast.MAIJA), "en")
    somebody.client.post(url("change", one))
    somebody.fill("wishes", "wishes", {"highest_rent": "1 250"})
    return somebody, one


def test_change_that_was_begun_here_is_refused_in_words_and_kept(begun):
    """J6.4"""
    somebody, one = begun
    asked = somebody.go("summary")
    typed = Draft.objects.get().data
    moved(one, "there")
    data = {"saved": asked.context["saved"], "assurance": "on"}

    response = somebody.client.post(somebody.at("form_send"), data, follow=True)

    assert response.redirect_chain == [(url("change", one), 302)]
    assert "You can edit this application only in another service, Home search. Nothing was changed here." in text_of(
        response
    )
    assert "You can still read it, but you cannot send it." in text_of(response)
    assert (Draft.objects.get().data, Draft.objects.get().sent_id) == (typed, None)
    assert fresh(one).version.number == 1


def test_change_that_was_begun_here_can_be_read_and_not_sent(begun):
    """J6.4"""
    somebody, one = begun
    moved(one, "there")

    page = somebody.client.post(url("change", one), follow=True)

    assert page.redirect_chain == [(somebody.at("form_summary"), 302)]
    assert "1,250" in text_of(page)
    assert "What you have typed here is saved, but you cannot send it." in text_of(page)
    assert LABELS["en"] in text_of(page)
    assert somebody.at("form_send") not in page.text


def test_list_says_that_a_change_cannot_be_sent_here(begun):
    """J6.4"""
    somebody, one = begun
    moved(one, "there")

    page = text_of(somebody.client.get(reverse("applications:list")))

    assert f"You cannot send it here any more. {SENTENCES['en']}" in page
    assert "Read what you have typed" in page
    assert "Continue filling in" not in page


def test_newer_version_leads_no_draft_further_that_cannot_be_sent(begun):
    """J6.4"""
    somebody, one = begun
    changes.put(one, edited(one, "990"), tag=one.version.digest, by=HOUSING_SYSTEM)
    moved(one, "there")
    data = {"saved": somebody.go("summary").context["saved"], "assurance": "on"}

    answers = [
        somebody.client.post(somebody.at("form_send"), data),
        somebody.client.get(url("change_newer", one)),
    ]

    assert [answer.url for answer in answers] == [url("change", one)] * 2


def test_draft_that_is_sent_another_way_is_refused_too():
    one = sent("there")
    data = data_of_change(present.document(one.version), one.applicants[0])
    draft = drafts.begin_draft(data, language="en", application=one)

    with pytest.raises(changes.EditedElsewhere):
        drafts.send_draft(draft, revision=drafts.steps.revision(data), assurance=True, by=actor(cast.MAIJA))


# --- Emails -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("message", ["declined", "error_reported", "confirmed"])
def test_email_that_tells_the_main_applicant_to_edit_says_where(message, language):
    """J6.4, R10"""
    one = sent(
        "there",
        main_applicant=cast.applicant(cast.MAIJA, language=language),
        co_applicants=[cast.applicant(cast.OLLI), cast.applicant(cast.VERA)],
    )
    match message:
        case "error_reported":
            invitations.report_error(slot(one, cast.OLLI), text="Wrong rent", by=actor(cast.OLLI))
        case _:
            invitations.decline(slot(one, cast.OLLI), by=actor(cast.OLLI))
    if message == "confirmed":
        confirm(one, cast.VERA)

    _subject, text, html = written(letter(message, cast.MAIJA))

    assert [SENTENCES[language] in part for part in (text, html)] == [True, True]
    assert [address(one, language) in part for part in (text, html)] == [True, True]


def test_emails_to_others_and_about_what_is_edited_here_say_nothing_of_it():
    one = sent("there", cast.MAIJA, cast.OLLI, cast.VERA)
    other = sent("both", cast.VILLE, cast.OTSO, reference="HS-2")
    invitations.decline(slot(one, cast.OLLI), by=actor(cast.OLLI))
    invitations.decline(slot(other, cast.OTSO), by=actor(cast.OTSO))

    texts = [written(letter("declined", who))[1] for who in (cast.VERA, cast.VILLE)]

    assert [text for text in texts if "Asuntohaku" in text] == []
