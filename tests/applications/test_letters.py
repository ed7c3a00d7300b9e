import datetime as dt
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from applications import changes, clock, document, invitations, letters, references, states
from applications.enums import Transition
from applications.models import Application, Version
from mailing import letters as mailing_letters
from mailing import outbox
from mailing.letters import NoLongerDue
from mailing.models import Letter
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, actor, confirm
from tests.applications.households import PROTECTED, fresh, invitation, letter, sent, slot, written
from tests.as_read import as_read
from tests.counter.checks import ETHAN, check, confirm_here, decline_here, doubtful, undo
from tests.mailing.letters import assert_accessible_and_plain

pytestmark = pytest.mark.django_db

LANGUAGES = [code for code, _ in settings.LANGUAGES]
ONE_ON_BOTH = [LANGUAGES[0], *(pytest.param(each, marks=pytest.mark.same_on_both) for each in LANGUAGES[1:])]
START = dt.datetime(2034, 4, 20, 9, tzinfo=dt.UTC)  # Tea is 18 on 1 May 2034
LEFTOVERS = re.compile(r"None|\{\{|\{%|%\(|\[\]|Applicant object")


@pytest.fixture
def pass_days(time_machine):
    """Return a function that lets days pass, each with its tick."""
    time_machine.move_to(START, tick=False)

    def days(count):
        for _ in range(count):
            time_machine.shift(dt.timedelta(days=1))
            clock.tick()

    return days


def bounced(letter):
    letter.sent_at = letter.bounced_at = timezone.now()
    letter.save()


def household(message, days, *, language="fi", **more):
    """Have a household of two adults and somebody under 18 live through what that letter tells of."""
    application = sent(cast.MAIJA, cast.OLLI, cast.TEA, language=language, **more)
    match message:
        case "reminder":
            days(3)
        case "confirmed":
            confirm(application, cast.MAIJA)
        case "valid" | "receipt" | "about_to_expire" | "expired":
            confirm(application, cast.MAIJA)
            confirm(application, cast.OLLI)
            days({"about_to_expire": 84, "expired": 92}.get(message, 0))
        case "renewed":
            confirm(application, cast.MAIJA)
            confirm(application, cast.OLLI)
            days(1)
            changes.renew(application, by=actor(cast.OLLI))
        case "declined":
            invitations.decline(slot(application, cast.OLLI))
        case "act_undone":
            made = check(application, cast.OLLI)
            decline_here(application, cast.OLLI)
            undo(made)
        case "error_reported":
            invitations.report_error(slot(application, cast.OLLI), text="The number of rooms is wrong.\nWe need two.")
        case "slip":
            letters.slip(slot(application, cast.OLLI), fresh(application), asked=timezone.now())
        case "code_learned":
            letters.code_learned(doubtful(application, cast.OLLI), has_changed=language == "sv")
        case "undone":
            letters.undone(confirm(application, cast.OLLI), fresh(application), fresh(application).applicants)
        case "check_accepted" | "check_rejected":
            letters.second_look_taken(doubtful(application, cast.OLLI), accepted=message == "check_accepted")
        case "undeliverable":
            bounced(letter("invitation", cast.OLLI))
            days(1)
        case "became_adult":
            days(11)
        case "about_to_lapse" | "lapsed":
            days({"about_to_lapse": 84, "lapsed": 92}[message])
        case "withdrawn":
            with transaction.atomic():
                states.transition(application, Transition.WITHDRAWN, by=HOUSING_SYSTEM, at=timezone.now())
                outbox.queue_letters(*letters.ended(fresh(application)))
        case "removed":
            confirm(application, cast.OLLI)
            without = cast.document(cast.MAIJA, language=language)
            changes.put(application, document.parse(without), tag=application.version.digest, by=HOUSING_SYSTEM)
        case "replaced":
            other = sent(cast.OLLI, language=language, **more)
            confirm(other, cast.OLLI)
    return application


FOLDERS = sorted(path.name for path in Path(settings.BASE_DIR, "templates", "mailing").iterdir() if path.is_dir())
ABOUT_NO_APPLICATION = ("account_", "draft_", "feedback_", "staff_")
MESSAGES = [name for name in FOLDERS if not name.startswith(ABOUT_NO_APPLICATION)]


def test_every_message_is_known():
    assert len(MESSAGES) == 24


@pytest.mark.parametrize("language", ONE_ON_BOTH)
@pytest.mark.parametrize("message", MESSAGES)
def test_letter_is_whole_accessible_and_leads_to_us(message, language, pass_days):
    household(message, pass_days, language=language)

    found = Letter.objects.filter(message=message)

    assert found
    for each in found:
        subject, text, html = written(each)
        assert_accessible_and_plain(mailing_letters.write_letter(each))
        assert each.language == language
        assert each.parameters["recipient"] in text
        assert each.parameters["recipient"] in html
        assert subject.startswith(f"{each.parameters['number']}: ")
        assert each.parameters["number"] in html
        assert re.search(rf"http://testserver/{language}/\S+", text)
        assert set(re.findall(r'href="([^"]*)"', html)) == set(re.findall(r"http://testserver/\S+", text))
        assert [part for part in (subject, text, html) if LEFTOVERS.search(part)] == []
        assert " src=" not in html


@pytest.mark.same_on_both
@pytest.mark.parametrize("more", [{}, PROTECTED], ids=["anybody", "protected"])
@pytest.mark.parametrize("message", MESSAGES)
def test_letter_holds_nobodys_code_contact_details_or_income(message, more, pass_days):
    """R16, R17: not even the recipient's own; a mailbox may be read by others."""
    household(message, pass_days, **more)
    details = [cast.applicant(who) for who in (cast.MAIJA, cast.OLLI, cast.TEA)]
    values = [
        *(re.escape(one[name]) for one in details for name in ("hetu", "address", "email", "phone")),
        # Whole numbers: their digits may stand within the token of a link.
        *(
            rf"\b{re.escape(one['income'][name])}\b"
            for one in details
            for name in ("monthly_gross", "assets")
            if one["income"][name] != "0"
        ),
        *(one["hetu"][:6] for one in details),
        "Esimerkkikatu",
        "040123",
        "turvakielto",
        "disclosure",
    ]

    for each in Letter.objects.all():
        try:
            parts = written(each)
        except NoLongerDue:
            continue
        stored = str(each.parameters)
        assert [value for value in values if any(re.search(value, part) for part in (*parts, stored))] == []


@pytest.mark.same_on_both
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("message", MESSAGES)
def test_name_that_a_stranger_wrote_is_no_text_of_ours(message, language, pass_days):
    """Whoever applies writes what is sent to any address as the name of somebody."""
    names = ["Maija Liisa", "Meikäläinen", "Olli", "Öhman", "Tea", "Teini"]
    household(message, pass_days, language=language)
    opening, closing = ("“", "”") if language == "en" else ("”", "”")

    for each in Letter.objects.filter(message=message):
        subject, text, html = written(each)
        headings = re.findall(r"(?s)<(?:title|h\d)>(.*?)</", html)
        ours = re.sub(f"{opening}[^{opening}{closing}\n]*{closing}", "", text)
        if message == "receipt":  # of the reader, who is identified
            ours = ours.replace(each.parameters["recipient"], "")
        assert [name for name in names for part in [subject, ours, *headings] if name in part] == []
        assert [line for line in text.splitlines() if "http" in line and any(name in line for name in names)] == []


@pytest.mark.parametrize(("language", "day"), [("fi", "19.7.2034"), ("sv", "19.7.2034"), ("en", "19 July 2034")])
def test_dates_are_written_in_the_language(language, day, pass_days):
    household("valid", pass_days, language=language)

    subject, text, html = written(letter("valid", cast.MAIJA))

    assert all(day in part for part in (subject, text, as_read(html)))


def test_arrival_says_that_it_is_not_valid_and_who_is_missing(pass_days):
    application = sent(cast.MAIJA, cast.OLLI, cast.VERA, language="en")

    subject, text, _ = written(letter("arrived", cast.MAIJA))

    assert subject == f"{application.number}: Your application is not valid yet. Confirm it."
    assert "It was sent on 20 April 2034 at 12:00." in text
    assert "We are waiting for “Olli Öhman” and “Vera Virtanen” to confirm the application." in text
    assert "Every adult applicant must confirm the application by 19 July 2034 at the latest." in text


def test_arrival_names_those_whom_no_letter_reaches(pass_days):
    sent(cast.MAIJA, {**cast.OLLI, "email": None}, language="en")

    assert "We have no email address for “Olli Öhman”." in written(letter("arrived", cast.MAIJA))[1]
    assert [each.message for each in Letter.objects.exclude(to="")] == ["arrived"]


def test_invitation_says_who_invites_and_offers_the_code_without_a_word_of_banks(pass_days):
    """J2; a letter that asks for a bank's codes looks like phishing."""
    application = sent(cast.MAIJA, cast.OLLI, language="en")

    subject, text, html = written(letter("invitation", cast.OLLI))

    assert subject == f"{application.number}: You are a co-applicant in a Heka housing application."
    assert "“Maija” has sent a Heka housing application and named you as a co-applicant." in text
    assert "This email is for the person who is named “Olli Öhman” in the application." in text
    assert "Address:\nhttp://testserver\n" in text
    assert re.search(r"Code: [2-9B-Z]{4}-[2-9B-Z]{4}\n", text)
    assert "19 July 2034" in text
    assert "bank" not in (subject + text + html).lower()
    assert re.search(r"http://testserver/en/invitation/\?token=[0-9a-f]{40}\n", text)


def test_couple_with_one_address_gets_letters_that_say_for_whom(pass_days):
    """R15"""
    sent(cast.MAIJA, cast.OLLI, cast.VERA, language="en", email="home@example.test")

    found = Letter.objects.order_by("pk")

    assert {each.to for each in found} == {"home@example.test"}
    assert [re.findall(r"This email is for .*", written(each)[1]) for each in found] == [
        ["This email is for the person who is named “Maija Liisa Meikäläinen” in the application."],
        ["This email is for the person who is named “Olli Öhman” in the application."],
        ["This email is for the person who is named “Vera Virtanen” in the application."],
    ]


def test_withdrawal_says_who_withdrew_and_to_them_that_they_did(pass_days):
    application = sent(cast.MAIJA, cast.OLLI, language="en")

    changes.withdraw(application, by=actor(cast.OLLI))

    for part in written(letter("withdrawn", cast.OLLI))[1:]:
        assert "You have withdrawn the application. It can no longer be confirmed, edited or renewed." in part
    for part in written(letter("withdrawn", cast.MAIJA))[1:]:
        assert "An applicant has withdrawn the application." in part


def test_withdrawal_by_the_housing_system_is_said_of_no_applicant(pass_days):
    household("withdrawn", pass_days, language="en")

    for part in written(letter("withdrawn", cast.MAIJA))[1:]:
        assert "The application has been withdrawn. It can no longer" in part


def test_whoever_declined_on_an_undone_check_is_spoken_to(pass_days):
    household("act_undone", pass_days, language="en")

    assert "it was recorded that you had declined" in written(letter("act_undone", cast.OLLI))[1]
    assert "it was recorded that this person had declined" in written(letter("act_undone", cast.MAIJA))[1]


def test_receipt_says_when_how_and_who_is_still_missing(pass_days):
    application = sent(cast.MAIJA, cast.OLLI, language="en")
    confirmation = confirm(application, cast.MAIJA)

    subject, text, html = written(letter("receipt", cast.MAIJA))

    assert subject == f"{application.number}: Another applicant has not confirmed the application yet."
    assert re.search(r"<h1>\s*Another applicant has not confirmed the application yet.\s*</h1>", as_read(html))
    assert f"Application number: {application.number}\n" in text
    assert "Date and time: 20 April 2034 at 12:00\n" in text  # in Helsinki
    assert "Identification method: online banking codes\n" in text
    assert "Confirm by: 19 July 2034\n" in text
    for fact in evidence(confirmation):
        assert fact in text
        assert fact in as_read(html)


def test_check_code_that_looks_like_a_personal_identity_code_stays_whole(monkeypatch):
    """`1903 43b4 6209` has a day, a month, a sign and four characters; masked, the receipt would prove nothing."""
    digest = "6cc05e49e45abd22b0929ccdac244fd1190343b4620909704cb1d573319b5725"
    monkeypatch.setattr(Version, "digest_of", staticmethod(lambda _salt, _content: digest))
    application = sent(cast.MAIJA, language="en")
    confirmation = confirm(application, cast.MAIJA)

    _subject, text, html = written(letter("receipt", cast.MAIJA))

    assert confirmation.digest == digest
    assert confirmation.check_code in text
    assert confirmation.check_code in html


def evidence(confirmation):
    """What makes a receipt evidence: its number, the digest, the terms, and where to check it."""
    published = f"{confirmation.terms.published_at:%-d %B %Y}"
    return [
        references.display(confirmation.number),
        " ".join(re.findall("....", confirmation.digest)),
        f"published on {published}",
        "/en/receipt/",
    ]


def test_last_ones_receipt_says_until_when_it_is_valid(pass_days):
    application = household("valid", pass_days, language="en")

    subject, text, _ = written(letter("receipt", cast.OLLI))

    assert subject == f"{application.number}: Your application is valid until 19 July 2034."
    assert "Valid until: 19 July 2034\n" in text


def test_letter_about_somebody_elses_confirmation_says_what_is_still_missing(pass_days):
    application = sent(cast.MAIJA, cast.OLLI, cast.VERA, language="en")
    confirm(application, cast.OLLI)

    assert written(letter("confirmed", cast.MAIJA))[0].endswith(": Your application is not valid yet. Confirm it.")
    confirm(application, cast.MAIJA)
    Letter.objects.filter(message="receipt").delete()
    assert "We are waiting for “Vera Virtanen” to confirm" in written(letter("confirmed", cast.OLLI))[1]


def test_main_applicant_who_may_have_an_error_to_correct_reads_no_word_of_nothing_to_do(pass_days):
    application = sent(cast.MAIJA, cast.OLLI, cast.VERA, language="en")
    for who in (cast.MAIJA, cast.OLLI, cast.VERA):
        confirm(application, who)

    main, other = (written(letter("valid", who))[1] for who in (cast.MAIJA, cast.OLLI))

    assert "Everyone has confirmed the application.\n" in main
    assert "Everyone has confirmed the application. You do not need to do anything.\n" in other


def test_declining_is_told_and_nobody_is_said_to_be_waited_for(pass_days):
    """R10"""
    application = sent(cast.MAIJA, cast.OLLI, language="en")
    invitations.decline(slot(application, cast.OLLI))
    confirm(application, cast.MAIJA)

    subject, text, _ = written(letter("receipt", cast.MAIJA))

    assert subject.endswith(": You must edit the application.")
    assert "“Olli Öhman” has declined the application. It cannot become valid until you edit it." in text
    assert "waiting for Olli" not in text


def test_whoever_declined_gets_no_more_letters(pass_days):
    """Behind the address there may be a stranger, who said "this is not for me"."""
    application = sent(cast.MAIJA, cast.OLLI)
    invitations.decline(slot(application, cast.OLLI))
    Letter.objects.all().delete()

    confirm(application, cast.MAIJA)
    pass_days(92)

    assert {each.to for each in Letter.objects.all()} == {"maija@example.test"}


def test_person_who_can_confirm_at_the_counter_only_is_told_so(pass_days):
    """R3"""
    sent(cast.MAIJA, {**cast.OLLI, "hetu": None, "birth_date": "1994-05-02"}, language="en")
    pass_days(3)

    assert (
        "“Olli Öhman” can confirm the application only at customer service, Työpajankatu 8."
        in written(letter("arrived", cast.MAIJA))[1]
    )
    reminder = written(letter("reminder", cast.OLLI))[1]
    assert "You can confirm this application only at the rental apartment search advisory service." in reminder
    assert "online banking codes" not in reminder


def test_what_people_write_cannot_be_markup(pass_days):
    application = sent(cast.MAIJA, cast.OLLI)
    invitations.report_error(slot(application, cast.OLLI), text="<i>Wrong</i> & old")

    _, text, html = written(letter("error_reported", cast.MAIJA))

    assert "<i>Wrong</i> & old" in text
    assert "&lt;i&gt;Wrong&lt;/i&gt; &amp; old" in html
    assert "<i>" not in html


def test_letters_go_down_with_the_change_that_owes_them():
    """R20"""
    with transaction.atomic():
        sent(cast.MAIJA, cast.OLLI)
        assert Letter.objects.count() == 2
        transaction.set_rollback(True)

    assert Letter.objects.count() == 0


def test_one_event_owes_one_letter_however_often_it_is_told(pass_days):
    """R20"""
    application = household("undeliverable", pass_days)
    confirmation = confirm(application, cast.MAIJA)
    report = invitations.report_error(slot(application, cast.OLLI), text="Wrong")
    current, before = fresh(application), Letter.objects.count()

    outbox.queue_letters(*letters.arrived(current), *letters.invited([invitation(application, cast.OLLI)], current))
    letters.confirmed(confirmation, current, current.applicants)
    about = letter("undeliverable", cast.MAIJA).key.split(":")[1]
    letters.undeliverable(letter("invitation", cast.OLLI), slot(application, cast.OLLI), current, about=about)

    assert report is None
    assert Letter.objects.count() == before


def test_reminder_is_dropped_once_the_person_confirmed_or_declined_or_has_another_address(pass_days):
    for act in (
        lambda application: confirm(application, cast.OLLI),
        lambda application: invitations.decline(slot(application, cast.OLLI)),
        lambda application: invitations.correct_address(slot(application, cast.OLLI), email="new@example.test"),
    ):
        Letter.objects.all().delete()
        application = sent(cast.MAIJA, cast.OLLI)
        pass_days(3)
        reminder = letter("reminder", cast.OLLI)
        assert written(reminder)

        act(application)

        with pytest.raises(NoLongerDue):
            written(reminder)


def test_reminder_that_waits_is_dropped_once_the_person_complained(pass_days):
    sent(cast.MAIJA, cast.OLLI)
    Letter.objects.filter(message="invitation").update(sent_at=timezone.now())
    pass_days(3)
    reminder = letter("reminder", cast.OLLI)
    assert written(reminder)

    Letter.objects.filter(message="invitation").update(complained_at=timezone.now())

    with pytest.raises(NoLongerDue):
        mailing_letters.write_letter(reminder)


def test_delayed_reminder_says_who_is_missing_now(pass_days):
    application = sent(cast.MAIJA, cast.OLLI, cast.VERA, language="en")
    pass_days(3)
    reminder = letter("reminder", cast.OLLI)

    confirm(application, cast.VERA)

    assert "We are waiting for “Maija Liisa Meikäläinen” to confirm the application." in written(reminder)[1]


def test_invitation_that_was_replaced_is_dropped(pass_days):
    application = sent(cast.MAIJA, cast.OLLI)
    first = letter("invitation", cast.OLLI)

    invitations.correct_address(slot(application, cast.OLLI), email="new@example.test")

    with pytest.raises(NoLongerDue):
        written(first)
    assert written(Letter.objects.get(message="invitation", to="new@example.test"))


def test_warning_of_an_undeliverable_invitation_is_dropped_once_it_arrived(pass_days):
    household("undeliverable", pass_days)
    warning = letter("undeliverable", cast.MAIJA)
    assert written(warning)

    Letter.objects.update(bounced_at=None)

    with pytest.raises(NoLongerDue):
        written(warning)


def plain(text):
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        ("no_address", "no longer in use. Ask this person for the right email address and correct it."),
        ("full", "The mailbox is full. Ask this person to make room in their mailbox. Then send the invitation again"),
        ("suppressed", "Our email service no longer sends emails to this address."),
        ("refused", "did not accept our email. Ask this person for another email address, or give them the"),
        ("quota", "The problem is on our side, not in the address. Send the invitation again"),
        ("busy", "The email service of this address asked us to wait. Send the invitation again"),
        ("", "We do not know why. Check the email address with this person."),
    ],
)
def test_letter_of_an_email_that_came_back_says_why_and_what_to_do(failure, words, pass_days):
    """J3"""
    household("undeliverable", pass_days, language="en")
    Letter.objects.filter(message="invitation").update(failure=failure)

    _subject, text, html = written(letter("undeliverable", cast.MAIJA))

    assert [words in plain(part) for part in (text, html)] == [True, True]
    assert ("address does not exist" in text) == (failure == "no_address")


def test_letter_names_the_applicant_to_whom_it_goes():
    application = sent(cast.MAIJA, cast.OLLI)
    confirm(application, cast.MAIJA)

    went_to = set(Letter.objects.values_list("message", "recipient"))

    maija, olli = (f"applicant {slot(application, who).pk}" for who in (cast.MAIJA, cast.OLLI))
    assert went_to == {("arrived", maija), ("invitation", olli), ("receipt", maija), ("confirmed", olli)}


def test_whoever_has_no_bank_codes_reads_before_it_expires_that_the_counter_renews_it_too(time_machine):
    """R7: without a code that is the one way."""
    time_machine.move_to(START, tick=False)
    ethan = {**ETHAN, "email": "ethan@example.test", "language": "en"}
    application = sent(cast.MAIJA, ethan, language="en")
    key = made_valid(application)
    time_machine.shift(dt.timedelta(days=83))

    outbox.queue_letters(*letters.about_to_end(Application.objects.with_people().get(pk=key)))

    to_ethan, to_maija = (written(letter("about_to_expire", who))[1] for who in (ethan, cast.MAIJA))
    assert "You can renew the application at the rental apartment search advisory service." in to_ethan
    assert "Bring your passport or identity card." in to_ethan
    assert "See your application" not in to_ethan
    assert "You can renew the application online or at the rental apartment search advisory service." in to_maija
    assert [text.count("/en/counter/") for text in (to_ethan, to_maija)] == [1, 1]


def made_valid(application):
    """Let Maija confirm online and Ethan at the counter; return the key of the application."""
    confirm(application, cast.MAIJA)
    check(application, ETHAN)
    confirm_here(application, ETHAN)
    return application.pk


def test_nobody_is_warned_late_of_an_end_that_a_renewal_has_moved(pass_days):
    """R7: the email waited in the outbox while somebody renewed."""
    application = sent(cast.MAIJA, cast.OLLI)
    for who in (cast.MAIJA, cast.OLLI):
        confirm(application, who)
    pass_days(84)
    changes.renew(application, by=actor(cast.OLLI))

    with pytest.raises(NoLongerDue):
        written(letter("about_to_expire", cast.MAIJA))


def test_nobody_is_asked_late_to_confirm_what_has_become_valid(pass_days):
    application = sent(cast.MAIJA)
    pass_days(84)
    confirm(application, cast.MAIJA)

    with pytest.raises(NoLongerDue):
        written(letter("about_to_lapse", cast.MAIJA))


@pytest.mark.parametrize(("valid_days", "offers"), [(7, False), (8, True)])
def test_email_offers_to_renew_only_what_gains_a_day(settings, time_machine, valid_days, offers):
    """R7: where an application is valid for a week only, the warning comes on its first day."""
    settings.APPLICATION_VALID_DAYS = valid_days
    time_machine.move_to(START.replace(hour=4), tick=False)  # before the clock's morning
    application = sent(cast.MAIJA, language="en")
    confirm(application, cast.MAIJA)
    time_machine.shift(dt.timedelta(days=valid_days - 7, hours=5))
    clock.tick()

    text = written(letter("about_to_expire", cast.MAIJA))[1]

    assert (
        "You can renew the application online or at the rental apartment search advisory service." in text
    ) is offers
    assert ("If you still need a home after that, send a new application." in text) is not offers
