"""Whom no email reaches is told by the counter, once, of what matters, and of nothing that is no longer so."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications import changes, clock, document, invitation_links, invitations, letter_names, letters
from applications.models import Application, Invitation
from counter import tellings
from counter.desk.tellings import to_tell
from counter.models import Telling, Way
from mailing import outbox
from mailing.models import Letter
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, confirm
from tests.applications.households import fresh, sent, slot
from tests.counter.checks import ETHAN, doubtful
from tests.counter.desk.arranged import address, entries, protect, text_of
from tests.staff import acting, staff

pytestmark = pytest.mark.django_db

OLLI = {**cast.OLLI, "email": None, "phone": "+358 50 998 8776", "language": "sv"}


def owed():
    """Return what is to be told to whom, in the order of the list."""
    return [(each.message, each.parameters["recipient"].split()[0]) for each in to_tell()]


def a_letter(message="about_to_lapse", who=OLLI):
    """Send an application with somebody whom no email reaches, and owe them that letter."""
    application = sent(cast.MAIJA, who)
    outbox.queue_letters(*letters.about_to_end(fresh(application)))
    return Letter.objects.get(message=message, to=""), application


# --- Whom to call ----------------------------------------------------------------------------------------


def test_every_kind_of_letter_is_settled_whether_somebody_is_called():
    assert len(tellings.CALLED | tellings.CALLED_OF_A_CHANGE | tellings.NOT_CALLED) == len(letter_names.NAMES)
    assert sorted([*tellings.CALLED, *tellings.CALLED_OF_A_CHANGE, *tellings.NOT_CALLED]) == sorted(letter_names.NAMES)


def test_list_says_whom_to_tell_what_in_which_language_since_when(adviser):
    _letter, application = a_letter()

    page = adviser.get(address("desk_to_tell"))

    expected = (
        rf"Olli Öhman {application.number} Warning: the application is about to lapse Swedish \d+ \w+ \d{{4}} at"
    )
    assert re.search(expected, text_of(page))
    assert "998" not in page.content.decode()


def test_whoever_has_an_address_is_not_called():
    a_letter()

    assert owed() == [("about_to_lapse", "Olli")]


def test_whoever_does_not_get_their_emails_is_called():
    application = sent(cast.MAIJA, cast.OLLI)
    outbox.queue_letters(*letters.about_to_end(fresh(application)))
    now = timezone.now()
    Letter.objects.filter(message="about_to_lapse", to="olli@example.test").update(sent_at=now, bounced_at=now)

    assert owed() == [("about_to_lapse", "Olli")]


def test_whoever_does_not_get_what_matters_is_called_though_a_later_email_is_lost_too():
    application = sent(cast.MAIJA, cast.OLLI)
    outbox.queue_letters(*letters.about_to_end(fresh(application)))
    confirm(application, cast.MAIJA)
    now = timezone.now()
    theirs = Letter.objects.filter(message__in=["about_to_lapse", "confirmed"], to="olli@example.test")
    assert theirs.update(sent_at=now, bounced_at=now) == 2

    assert owed() == [("about_to_lapse", "Olli")]


def test_nobody_is_called_because_a_stranger_has_named_them():
    """Anybody may write any name and number into the open form."""
    sent({**cast.MAIJA, "email": None}, OLLI)

    assert owed() == []


def test_whoever_applied_before_a_change_is_called_to_confirm_again(adviser):
    application = sent({**cast.MAIJA, "email": None}, OLLI)
    again = document.parse(
        cast.document(
            cast.MAIJA,
            main_applicant={**cast.applicant(cast.MAIJA), "email": None},
            co_applicants=[{**cast.applicant(OLLI), "email": None}, cast.applicant(cast.VERA, email=None)],
        )
    )

    changes.put(application, again, tag=application.version.digest, by=HOUSING_SYSTEM)

    assert owed() == [("arrived", "Maija"), ("invitation", "Olli")]
    assert text_of(adviser.get(address("desk_to_tell"))).count("The application was changed") == 2


def test_somebody_is_told_only_the_last_that_matters(time_machine):
    time_machine.move_to(timezone.now(), tick=False)  # the database's clock stays, and gives letters their time
    application = sent(cast.MAIJA, OLLI)
    confirm(application, cast.OLLI)
    time_machine.shift(dt.timedelta(days=85))
    clock.tick()
    assert owed() == [("about_to_lapse", "Olli")]

    confirm(application, cast.MAIJA)

    assert owed() == [("valid", "Olli")]


def test_whoever_has_confirmed_since_is_not_called():
    application = sent(cast.MAIJA, OLLI)
    outbox.queue_letters(*letters.about_to_end(fresh(application)))

    confirm(application, cast.OLLI)

    assert owed() == []


def test_whoever_has_declined_is_not_called():
    _letter, application = a_letter()

    invitations.decline(slot(application, cast.OLLI))

    assert owed() == []


def test_whoever_was_removed_is_called():
    application = sent(cast.MAIJA, OLLI)
    changes.put(
        application, document.parse(cast.document(cast.MAIJA)), tag=application.version.digest, by=HOUSING_SYSTEM
    )

    assert owed() == [("removed", "Olli")]


def test_whoever_can_confirm_at_the_counter_only_is_called_when_their_check_is_rejected():
    application = sent(cast.MAIJA, {**ETHAN, "email": None})
    letters.second_look_taken(doubtful(application, ETHAN), accepted=False)

    assert owed() == [("check_rejected", "Ethan")]


def test_letter_of_long_ago_is_not_listed():
    a_letter()

    Letter.objects.update(created_at=timezone.now() - tellings.FOLLOWED - dt.timedelta(days=1))

    assert owed() == []


# --- What to say, and the number ---------------------------------------------------------------------------


def test_adviser_reads_what_to_say_in_the_language_of_the_person_and_sees_no_number_unasked(adviser):
    letter, application = a_letter()

    page = adviser.get(address("desk_tell", letter.pk))

    assert "Ansökan ska bekräftas senast" in text_of(page)
    assert 'lang="sv"' in page.content.decode()
    assert "998" not in page.content.decode()
    assert [one[1] for one in entries("applicant_opened")] == [f"applicant {slot(application, OLLI).pk}"]


def test_number_is_shown_to_whoever_asks_and_each_look_is_recorded(adviser):
    letter, application = a_letter()

    page = adviser.post(address("desk_tell_number", letter.pk))

    assert "+358 50 998 8776" in text_of(page)
    subject = f"applicant {slot(application, OLLI).pk}"
    assert [(one[1], one[2]) for one in entries("contact_details_asked")] == [(subject, {"shown": True})]


@pytest.mark.parametrize("who", [cast.OLLI, cast.MAIJA], ids=["of the protected", "of whoever applies with them"])
def test_number_under_non_disclosure_is_seen_with_the_right_alone(adviser, supervisor, who):
    """R16"""
    letter, application = a_letter()
    protect(slot(application, who))

    hidden, shown = (each.post(address("desk_tell_number", letter.pk)) for each in (adviser, supervisor))

    assert "998" not in hidden.content.decode()
    assert "You cannot see the phone number." in text_of(hidden)
    assert "+358 50 998 8776" in text_of(shown)
    assert len(entries("protected_details_shown")) == 1


def test_number_of_somebody_who_has_been_told_is_asked_for_as_everybody_elses(adviser, supervisor):
    """R16: the number is shown while the person stands in the list."""
    letter, application = a_letter()
    tellings.mark_told(letter, slot(application, OLLI), way=Way.PHONE, by=acting("adviser"))

    hidden, shown = (each.post(address("desk_tell_number", letter.pk)) for each in (adviser, supervisor))

    assert "998" not in hidden.text
    assert "You cannot see the phone number." in text_of(hidden)
    assert "+358 50 998 8776" in text_of(shown)


def test_number_of_somebody_whom_nobody_is_to_call_is_not_shown_by_any_letter_to_them(adviser):
    """R16"""
    sent(cast.MAIJA, OLLI)
    letter = Letter.objects.get(message="invitation", to="")

    assert owed() == []
    assert "998" not in adviser.post(address("desk_tell_number", letter.pk)).text


@pytest.mark.parametrize("name", ["desk_tell", "desk_tell_letter"])
def test_invitation_that_came_back_cannot_be_opened_or_declined_by_whoever_reads_it_at_the_desk(adviser, name):
    """R10, R13"""
    sent(cast.MAIJA, cast.OLLI)
    now, invitation = timezone.now(), Invitation.objects.get()
    Letter.objects.filter(message="invitation").update(sent_at=now, bounced_at=now)

    page = adviser.get(address(name, Letter.objects.get(message="invitation").pk)).text

    assert "Olli" in page
    assert invitation_links.invitation_token(invitation) not in page
    assert invitation_links.invitation_code(invitation) not in page


def test_address_that_shows_the_number_leads_back_when_it_is_only_read(adviser):
    letter, _application = a_letter()

    assert adviser.get(address("desk_tell_number", letter.pk)).url == address("desk_tell", letter.pk)
    assert entries("contact_details_asked") == []


def test_letter_on_paper_is_in_the_language_of_the_person_and_holds_no_code_or_contact_details(adviser):
    """R16, R17"""
    letter, application = a_letter()

    page = adviser.get(address("desk_tell_letter", letter.pk)).content.decode()

    assert '<html lang="sv">' in page
    assert "Rådgivningen om ansökan om hyresbostad" in page
    assert application.number in page
    assert "Olli Öhman" in page
    for secret in (cast.OLLI["hetu"], cast.MAIJA["hetu"], "998", "example.test", "Esimerkkikatu"):
        assert secret not in page


@pytest.mark.parametrize("name", ["desk_tell", "desk_tell_letter"])
@pytest.mark.parametrize("which", ["another", "reached", "account"])
def test_page_of_a_letter_that_reached_its_reader_is_not_found(adviser, name, which):
    letter, _application = a_letter()
    reached = Letter.objects.exclude(to="").first()
    keys = {"another": 999_999, "reached": reached.pk, "account": letter.pk}
    if which == "account":
        Letter.objects.filter(pk=letter.pk).update(recipient="account 1")

    assert adviser.get(address(name, keys[which])).status_code == 404


def test_letter_whose_person_was_erased_is_not_found(adviser):
    letter, _application = a_letter()
    Letter.objects.filter(pk=letter.pk).update(recipient="applicant 999999")

    assert adviser.get(address("desk_tell", letter.pk)).status_code == 404


# --- Noting it -------------------------------------------------------------------------------------------


def test_whoever_has_been_told_is_noted_and_listed_no_more(adviser):
    letter, application = a_letter()

    answer = adviser.post(address("desk_told", letter.pk), {"way": "phone"})

    assert answer.url == address("desk_to_tell")
    telling = Telling.objects.get()
    assert (telling.letter, telling.way, telling.by) == (letter, Way.PHONE, staff("adviser"))
    assert owed() == []
    subject, facts = f"applicant {slot(application, OLLI).pk}", {"letter": "about_to_lapse", "way": "phone"}
    assert [(one[1], one[2]) for one in entries("person_told")] == [(subject, facts)]
    assert "Told by Anna Adviser on" in text_of(adviser.get(address("desk_tell", letter.pk)))


def test_second_click_changes_nothing(adviser, supervisor):
    """R12"""
    letter, _application = a_letter()

    for browser, way in ((adviser, "phone"), (adviser, "phone"), (supervisor, "paper")):
        browser.post(address("desk_told", letter.pk), {"way": way})

    assert Telling.objects.get().way == "phone"
    assert len(entries("person_told")) == 1


@pytest.mark.parametrize("sent_way", [{}, {"way": "smoke"}])
def test_unknown_way_notes_nothing(adviser, sent_way):
    letter, _application = a_letter()

    assert adviser.post(address("desk_told", letter.pk), sent_way).url == address("desk_tell", letter.pk)
    assert not Telling.objects.exists()


def test_later_letter_is_told_again(adviser):
    letter, application = a_letter()
    tellings.mark_told(letter, slot(application, OLLI), way=Way.PHONE, by=acting("adviser"))

    Application.objects.filter(pk=application.pk).update(state="lapsed")
    outbox.queue_letters(*letters.ended(fresh(application)))

    assert owed() == [("lapsed", "Olli")]


def test_row_goes_with_its_letter():
    letter, application = a_letter()
    tellings.mark_told(letter, slot(application, OLLI), way=Way.PAPER, by=acting("adviser"))

    Letter.objects.all().delete()

    assert not Telling.objects.exists()


# --- The list as the others ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["desk_to_tell", "desk"])
def test_list_takes_constant_queries(adviser, name):
    a_letter()
    adviser.get(address(name))
    with CaptureQueriesContext(connection) as one:
        adviser.get(address(name))
    for _ in range(8):
        outbox.queue_letters(*letters.about_to_end(fresh(sent(cast.MAIJA, OLLI))))

    with CaptureQueriesContext(connection) as many:
        page = adviser.get(address(name))

    assert len(many) == len(one)
    assert page.content.decode().count("Olli Öhman") >= 5


def test_pages_of_one_person_take_constant_queries(adviser, supervisor):
    letter, _application = a_letter()

    for name in ("desk_tell", "desk_tell_letter"):
        adviser.get(address(name, letter.pk))
        with CaptureQueriesContext(connection) as found:
            adviser.get(address(name, letter.pk))
        assert len(found) <= 12


def test_nobody_reads_the_list_without_an_entry(adviser):
    """C1"""
    adviser.get(address("desk_to_tell"))

    assert [one[2] for one in entries("list_opened")] == [{"list": "to_tell", "page": 1}]


def test_list_reads_no_table_from_end_to_end():
    a_letter()

    plan = to_tell()[:50].explain()

    assert connection.vendor != "sqlite" or "letter_undeliverable" in plan
    assert connection.vendor != "sqlite" or re.findall(r"SCAN \w*(?:letter|applicant|telling)\w*", plan) == []


def test_list_is_found_by_keys():
    """For "either kept without an address or come back" PostgreSQL would read every email there is."""
    statement = str(to_tell()[:50].query)

    [either] = re.findall(r'"mailing_letter"."id" IN \(\(?SELECT .*', statement)
    kept, came_back = re.split(r"UNION \(?SELECT", either)
    assert '"dead_at" IS NOT NULL' in came_back
    assert '"dead_at"' not in kept
