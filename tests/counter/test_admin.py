import datetime as dt
import re

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from applications import terms
from applications.models import Terms
from applications.typed_fields import in_figures
from counter.models import Counter, DocumentType, ExceptionalHours, Notice, WeeklyHours
from counter.opening import Span
from identity.models import User
from tests.applications.factories import actor, application, confirm
from tests.as_read import as_read
from tests.cast import MAIJA, OLLI
from tests.counter.hours import set_hours
from tests.staff import sign_in_staff, staff

HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)
TEXTS = {"text_fi": "Ehdot.", "text_sv": "Villkor.", "text_en": "Terms.\n\n<b>Two</b>"}


@pytest.fixture
def operator(client, db):
    translation.activate("en")  # the language of the addresses below
    return sign_in_staff(client, staff("operator"))


@pytest.fixture
def superuser(client, db):
    translation.activate("en")  # the language of the addresses below
    return sign_in_staff(client, User.objects.create_superuser("root", password="x"))


@pytest.fixture
def form(counter):
    """What the admin's form sends when nothing is changed."""
    fields = [field.name for field in Counter._meta.fields if field.editable]
    data = {name: getattr(counter, name) for name in fields}
    rows = [(row.weekday, in_figures(row.opens), in_figures(row.closes)) for row in counter.weekly_hours.all()]
    rows += [(weekday, "", "") for weekday in range(7) if weekday not in {row[0] for row in rows}]
    data |= {"week-TOTAL_FORMS": len(rows) + 1, "week-INITIAL_FORMS": len(rows)}
    for n, (weekday, opens, closes) in enumerate(sorted(rows)):
        data |= {f"week-{n}-weekday": weekday, f"week-{n}-opens": opens, f"week-{n}-closes": closes}
        if not opens:
            data[f"week-{n}-closed"] = "on"
    return data | {"exceptions-TOTAL_FORMS": 0, "exceptions-INITIAL_FORMS": 0}


def change_counter():
    return reverse("admin:counter_counter_change", args=[1])


def moment(field, at):
    """Return what the two inputs for a time send."""
    local = timezone.localtime(at)
    return {f"{field}_0": f"{local:%d%m%y}", f"{field}_1": in_figures(local)}


def errors(response):
    return response.context["adminform"].errors


def summary(response):
    """Return the names of what is wrong, as the list at the top of a form tells them, and where its links lead."""
    listed = response.text.partition('class="error-summary"')[2].partition("</div>")[0]
    found = re.findall(r'<li>(?:<a href="#([^"]+)">)?([^<]+)', listed)
    assert [where for where, _text in found if where and f'id="{where}"' not in response.text] == []
    return [as_read(text) for _where, text in found]


# --- What is wrong with a form ---------------------------------------------------------------------------


def test_form_names_what_is_wrong_at_its_top_also_in_its_tables(operator, form):
    form |= {"exceptions-TOTAL_FORMS": 1, "exceptions-0-counter": 1, "exceptions-0-date": "x"}

    told = operator.post(change_counter(), {**form, "email": "x", "week-0-opens": "25"})

    assert "Please correct the error" not in told.text
    assert any(text.startswith("Email address: Check the email address.") for text in summary(told))
    assert [text.partition(":")[0] for text in summary(told) if "," in text.partition(":")[0]] == [
        "Monday, opening time",
        "new day, date",
    ]


@pytest.mark.parametrize(
    ("language", "told"),
    [("fi", "Lomakkeella on seuraavat virheet:"), ("sv", "Blanketten"), ("en", "The form has")],
)
def test_every_form_of_the_admin_names_what_is_wrong(operator, language, told):
    with translation.override(language):
        for page in ("counter_notice_add", "applications_terms_add", "identity_user_add"):
            answer = operator.post(reverse(f"admin:{page}"), {})
            assert told in as_read(answer.text)
            assert summary(answer)
            assert answer.text.count(" autofocus") == 1


def test_hours_are_saved_without_going_to_the_end_of_the_form(operator):
    page = operator.get(change_counter()).text

    assert page.index('name="_save"') < page.index('id="week-heading"')


# --- Contact details and hours ---------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["24.12.2099", "241299"])
def test_operator_adds_an_exceptional_day(operator, form, typed):
    form |= {"exceptions-TOTAL_FORMS": 1, "exceptions-0-counter": 1, "exceptions-0-date": typed}
    form |= {f"exceptions-0-reason_{language}": "Joulu" for language in ("fi", "sv", "en")}

    operator.post(change_counter(), form)

    assert [e.date for e in ExceptionalHours.objects.all()] == [dt.date(2099, 12, 24)]


def test_operator_removes_an_exceptional_day(operator, form, counter):
    day = ExceptionalHours.objects.create(counter=counter, date=dt.date(2099, 12, 24))
    form |= {"exceptions-TOTAL_FORMS": 1, "exceptions-INITIAL_FORMS": 1, "exceptions-0-id": day.pk}
    form |= {"exceptions-0-counter": 1, "exceptions-0-date": "24.12.2099", "exceptions-0-DELETE": "on"}

    operator.post(change_counter(), form)

    assert not ExceptionalHours.objects.exists()


def test_operator_changes_the_phone_number(operator, form):
    operator.post(change_counter(), form | {"phone": "09 310 11111"})

    assert Counter.objects.get().phone == "09 310 11111"
    assert [entry.user for entry in LogEntry.objects.all()] == [staff("operator")]


def hours():
    return [str(row) for row in WeeklyHours.objects.all()]


@pytest.mark.parametrize(("opens", "closes"), [("10", "14"), ("10.00", "14.00"), ("10:00", "1400")])
def test_operator_changes_the_hours_of_a_weekday(operator, form, opens, closes):
    response = operator.post(change_counter(), form | {"week-2-opens": opens, "week-2-closes": closes})

    assert response.status_code == 302
    assert hours()[2:4] == ["Tuesday 10:00–14:00", "Wednesday 9:00–12:00"]
    assert "opening hours" in LogEntry.objects.get().change_message


def test_tick_closes_a_weekday_whose_times_still_stand_there(operator, form):
    before = hours()

    operator.post(change_counter(), form | {"week-2-closed": "on"})

    assert hours() == [row for row in before if not row.startswith("Tuesday")]


def test_second_stretch_of_a_day_is_added_by_the_last_row(operator, form):
    last = form["week-INITIAL_FORMS"]
    more = {f"week-{last}-weekday": 0, f"week-{last}-opens": "18", f"week-{last}-closes": "19.30"}

    operator.post(change_counter(), form | more)

    assert "Monday 18:00–19:30" in hours()


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"week-0-closes": "8"}, "The closing time must be later than the opening time."),
        ({"week-0-opens": "25.00"}, "Enter the time as hours and minutes, for example 9:30."),
        ({"week-0-opens": "soon"}, "Enter the time as hours and minutes, for example 9:30."),
        ({"week-0-opens": ""}, "Enter both times."),
        ({"week-0-opens": "", "week-0-closes": ""}, "Enter both times, or tick “Closed”."),
        ({"week-7-opens": "9", "week-7-closes": "12"}, "Remove the tick, or leave the times empty."),
        ({"week-8-opens": "18", "week-8-closes": "19"}, "Choose the weekday."),
        (
            {"week-8-weekday": "0", "week-8-opens": "9.30", "week-8-closes": "19"},
            "The opening hours of Monday overlap.",
        ),
    ],
)
def test_hours_that_do_not_make_a_week_are_told(operator, form, sent, told):
    before = hours()

    response = operator.post(change_counter(), form | sent)

    assert (response.status_code, told in response.text) == (200, True)
    assert "Check the opening hours." in response.text
    assert hours() == before


def test_counter_without_known_hours_can_be_changed(operator, form):
    WeeklyHours.objects.all().delete()
    empty = {key: "" for key in form if key.startswith("week-") and key[5].isdecimal() and "weekday" not in key}

    response = operator.post(change_counter(), form | empty | {"phone": "09 310 11111"})

    assert (response.status_code, Counter.objects.get().phone, hours()) == (302, "09 310 11111", [])


def test_hours_take_as_many_queries_for_a_full_week_as_for_an_empty_one(operator, counter):
    operator.get(change_counter())
    counts = []
    for weekly in ({}, {weekday: [Span(dt.time(9), dt.time(12))] for weekday in range(7)}):
        set_hours(counter, weekly)
        with CaptureQueriesContext(connection) as queries:
            operator.get(change_counter())
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("field", ["note_fi", "place_sv"])
def test_text_in_some_languages_only_is_refused(operator, form, field):
    texts = {f"{field[:-2]}{language}": "" for language in ("fi", "sv", "en")}

    response = operator.post(change_counter(), form | texts | {field: "Text"})

    assert errors(response) == {f"{field[:-2]}fi": ["Write this in all three languages, or in none."]}


@pytest.mark.parametrize("action", ["add", "delete"])
def test_nobody_adds_or_deletes_a_counter(superuser, counter, action):
    args = [counter.pk] if action == "delete" else []

    response = superuser.post(reverse(f"admin:counter_counter_{action}", args=args), {"post": "yes"})

    assert response.status_code == 403
    assert Counter.objects.count() == 1


# --- Notices ---------------------------------------------------------------------------------------------


def notice(begins, ends):
    """Return what the form of a notice sends that begins and ends at these times from now."""
    now = timezone.now()
    return {**TEXTS, **moment("shown_from", now + begins), **moment("shown_until", now + ends)}


def test_operator_adds_a_notice_in_three_languages(operator):
    operator.post(reverse("admin:counter_notice_add"), notice(-HOUR, HOUR))

    added = Notice.objects.get()
    assert (added.text_sv, added.is_shown) == ("Villkor.", True)


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_notice_without_a_language_is_refused(operator, language):
    data = notice(-HOUR, HOUR) | {f"text_{language}": " "}

    assert list(errors(operator.post(reverse("admin:counter_notice_add"), data))) == [f"text_{language}"]


def test_notice_that_ends_before_it_begins_is_refused(operator):
    response = operator.post(reverse("admin:counter_notice_add"), notice(HOUR, -HOUR))

    assert "The notice must end later than it begins. Check both times." in response.text
    assert Notice.objects.count() == 0


def test_operator_ends_a_notice_but_changes_none_that_has_ended(operator):
    operator.post(reverse("admin:counter_notice_add"), notice(-HOUR, HOUR))
    change = reverse("admin:counter_notice_change", args=[Notice.objects.get().pk])

    ending = operator.post(change, notice(-2 * HOUR, -HOUR))
    after = operator.post(change, notice(-HOUR, HOUR))

    assert (ending.status_code, after.status_code) == (302, 403)
    assert Notice.objects.get().has_ended
    assert operator.get(change).status_code == 200


def test_nobody_deletes_a_notice(superuser):
    superuser.post(reverse("admin:counter_notice_add"), notice(-HOUR, HOUR))
    pk = Notice.objects.get().pk

    page = superuser.post(reverse("admin:counter_notice_delete", args=[pk]), {"post": "yes"})
    superuser.post(
        reverse("admin:counter_notice_changelist"),
        {"action": "delete_selected", "_selected_action": [pk], "post": "yes"},
    )

    assert page.status_code == 403
    assert Notice.objects.count() == 1


# --- Types of documents ----------------------------------------------------------------------------------


def kind(**more):
    names = {"name_fi": "Ajokortti", "name_sv": "Körkort", "name_en": "Driving licence"}
    return {**names, "needs_note": "on", "position": 50, **more}


def test_operator_switches_a_type_of_document_on_but_never_changes_its_code(operator):
    operator.post(reverse("admin:counter_documenttype_add"), kind(code="driving-licence"))
    added = DocumentType.objects.get(code="driving-licence")

    operator.post(
        reverse("admin:counter_documenttype_change", args=[added.pk]), kind(code="other", is_on="on", needs_note="")
    )

    changed = DocumentType.objects.get(pk=added.pk)
    assert (added.is_on, added.needs_note) == (False, True)
    assert (changed.code, changed.is_on, changed.needs_note) == ("driving-licence", True, False)


def test_type_of_document_without_a_name_in_one_language_is_refused(operator):
    response = operator.post(reverse("admin:counter_documenttype_add"), kind(code="driving-licence", name_sv=""))

    assert list(errors(response)) == ["name_sv"]


def test_nobody_deletes_a_type_of_document(superuser):
    known = DocumentType.objects.count()
    pk = DocumentType.objects.create(code="unused", name_fi="-", name_sv="-", name_en="-").pk

    response = superuser.post(reverse("admin:counter_documenttype_delete", args=[pk]), {"post": "yes"})

    assert response.status_code == 403
    assert DocumentType.objects.count() == known + 1


# --- Terms of use ----------------------------------------------------------------------------------------

ADD_TERMS = "admin:applications_terms_add"
AT_ONCE = {"when": "at_once", "published_at_0": "", "published_at_1": ""}


def publish():
    """Return what the button sends that publishes what was checked against the terms in force."""
    return {"publish": terms.current().pk}


def later(at):
    return {"when": "later", **moment("published_at", at)}


def checked(operator, sent):
    """Return the page that shows what new terms change."""
    return operator.post(reverse(ADD_TERMS), sent, follow=True)


def test_form_of_new_terms_begins_from_those_in_force(operator):
    form = operator.get(reverse(ADD_TERMS)).context["adminform"].form

    assert [form[f"text_{code}"].value() for code in ("fi", "sv", "en")] == [
        getattr(terms.current(), f"text_{code}") for code in ("fi", "sv", "en")
    ]
    assert form["when"].value() is None


def test_terms_are_published_only_once_their_changes_have_been_seen(operator):
    asked = checked(operator, {**TEXTS, **AT_ONCE})
    assert (asked.status_code, Terms.objects.count()) == (200, 1)
    assert "The new terms will apply as soon as you publish them." in asked.text

    operator.post(reverse(ADD_TERMS), {**TEXTS, **AT_ONCE, **publish()})

    assert terms.current().text_fi == "Ehdot."


def test_operator_publishes_terms_at_a_time_to_come(operator, time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC), tick=False)
    before = terms.current()
    sent = {**TEXTS, **later(timezone.now() + MINUTE)}
    asked = as_read(checked(operator, sent).text)
    operator.post(reverse(ADD_TERMS), {**sent, **publish()})

    assert "The new terms will apply from 21 November 2026" in asked
    assert terms.current() == before
    time_machine.shift(MINUTE)
    assert terms.current().text_fi == "Ehdot."


def test_browser_goes_back_from_the_changes_to_the_text_that_was_typed(operator):
    asked = operator.post(reverse(ADD_TERMS), {**TEXTS, **AT_ONCE})
    changes, text = operator.get(asked.url), operator.get(reverse(ADD_TERMS))

    assert (asked.status_code, changes.status_code, Terms.objects.count()) == (302, 200, 1)
    assert f'href="{reverse(ADD_TERMS)}">Back to the text</a>' in changes.text
    assert "Villkor.</textarea>" in text.text
    assert "Nothing of it has been published." in text.text


def test_text_that_was_typed_is_there_in_another_language_and_gone_once_published(operator):
    with translation.override("fi"):
        there = reverse(ADD_TERMS)
    shown = operator.post(there, {**TEXTS, "text_fi": "", "show": ""}, follow=True)
    translation.activate("en")
    operator.post(reverse(ADD_TERMS), {**TEXTS, **AT_ONCE, **publish()})

    assert (shown.redirect_chain, errors(shown)) == ([(there, 302)], {})
    assert f'form="terms_form" formaction="{there}" name="show" lang="fi"' in shown.text
    assert "Villkor.</textarea>" in shown.text
    assert "The form has the terms that are in force now." in operator.get(reverse(ADD_TERMS)).text


def test_changes_of_terms_are_shown_to_nobody_who_only_reads_the_address(operator):
    assert "Back to the text" not in operator.get(f"{reverse(ADD_TERMS)}?check").text


def test_changes_are_marked_in_words_too(operator):
    sent = {**TEXTS, **AT_ONCE, "text_en": terms.current().text_en.strip() + "\r\n\r\n<b>Two</b>"}

    page = checked(operator, sent).text

    assert '<ins><span class="visually-hidden" lang="en">added: </span>\n\n&lt;b&gt;Two&lt;/b&gt;</ins>' in page
    assert '<del><span class="visually-hidden" lang="en">removed: </span>' in page


def test_page_with_the_changes_says_for_whom_they_are(operator):
    sent = application(MAIJA, OLLI)
    terms.accept(terms.current(), by=actor(MAIJA))
    confirm(sent, MAIJA)

    page = checked(operator, {**TEXTS, **AT_ONCE}).text

    assert "1 person has accepted the present terms" in page
    assert "1 adult has not confirmed an application that is waiting" in page


@pytest.mark.parametrize("is_checked", [False, True])
def test_terms_that_change_nothing_are_refused(operator, is_checked):
    current = terms.current()
    sent = {name: getattr(current, name).replace("\n", "\r\n") + " " for name in TEXTS}

    response = operator.post(reverse(ADD_TERMS), {**sent, **AT_ONCE, **(publish() if is_checked else {})})

    assert errors(response) == {"__all__": ["These are the terms that are in force now. Change the text first."]}
    assert Terms.objects.count() == 1


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ({}, {"when": ["Choose when the terms begin to apply."]}),
        ({"when": "later"}, {"published_at": ["Choose a time that is still to come."]}),
        (
            {"when": "later", "published_at_0": "31.12.2019", "published_at_1": "12.00"},
            {"published_at": ["Choose a time that is still to come."]},
        ),
        (
            {"when": "later", "published_at_0": "28.11.2099"},
            {"published_at": ["Enter the time as hours and minutes, for example 9:30."]},
        ),
        (
            {"when": "later", "published_at_1": "12.00"},
            {"published_at": ["Enter the date, for example 1.12.2026."]},
        ),
        (
            {"when": "later", "published_at_0": "31.2.2099", "published_at_1": "25.00"},
            {
                "published_at": [
                    "There is no such day. Enter the day, month and year in this order, for example 1.12.2026.",
                    "Enter the time as hours and minutes, for example 9:30.",
                ]
            },
        ),
    ],
)
def test_nothing_is_published_at_a_time_that_nobody_has_chosen(operator, when, told):
    response = operator.post(reverse(ADD_TERMS), {**TEXTS, **when, **publish()})

    assert errors(response) == told
    assert Terms.objects.count() == 1


def test_terms_that_others_replaced_since_the_check_are_checked_again(operator):
    checked_against = publish()
    Terms.objects.create(text_fi="a", text_sv="b", text_en="c", published_at=timezone.now())

    response = operator.post(reverse(ADD_TERMS), {**TEXTS, **AT_ONCE, **checked_against})

    assert response.url == f"{reverse(ADD_TERMS)}?check"
    assert terms.current().text_fi == "a"


@pytest.mark.parametrize("when", [AT_ONCE, later(timezone.now() + dt.timedelta(days=9))], ids=["at once", "later"])
def test_terms_are_published_once_by_two_clicks(operator, when):
    pressed = {**TEXTS, **when, **publish()}

    for _ in range(2):
        operator.post(reverse(ADD_TERMS), pressed)

    assert Terms.objects.count() == 2


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_terms_without_a_language_are_refused(operator, language):
    response = operator.post(reverse(ADD_TERMS), {**TEXTS, **AT_ONCE, **publish(), f"text_{language}": " \n"})

    assert list(errors(response)) == [f"text_{language}"]


def test_terms_to_come_can_be_changed_until_they_are_published(superuser, time_machine):
    # From now on, for the database refuses by its own clock to change what is published.
    time_machine.move_to(timezone.now(), tick=False)
    sent = {**TEXTS, **later(timezone.now() + 5 * MINUTE), **publish()}
    superuser.post(reverse(ADD_TERMS), sent)
    change = reverse("admin:applications_terms_change", args=[Terms.objects.latest().pk])

    superuser.post(change, {**sent, "text_fi": "Paremmat ehdot."})
    time_machine.shift(5 * MINUTE)
    refused = superuser.post(change, {**TEXTS, **AT_ONCE, **publish()})

    assert (terms.current().text_fi, refused.status_code) == ("Paremmat ehdot.", 403)


@pytest.mark.parametrize(("language", "time"), [("fi", "17.52"), ("en", "17:52")])
def test_time_of_terms_to_come_is_shown_as_people_write_it(operator, time_machine, language, time):
    time_machine.move_to(dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC), tick=False)
    sent = {**TEXTS, "when": "later", "published_at_0": "281126", "published_at_1": "1752"}
    asked, typed = checked(operator, sent), operator.get(reverse(ADD_TERMS))
    operator.post(reverse(ADD_TERMS), {**sent, **publish()})

    with translation.override(language):
        page = operator.get(reverse("admin:applications_terms_change", args=[Terms.objects.latest().pk])).text

    assert ['name="published_at_0" value="281126"' in each.text for each in (asked, typed)] == [True, True]
    assert 'value="28.11.2026"' in page
    assert f'value="{time}"' in page
    assert Terms.objects.latest().published_at == dt.datetime(2026, 11, 28, 15, 52, tzinfo=dt.UTC)


def test_nobody_deletes_terms(superuser):
    pk = terms.current().pk

    response = superuser.post(reverse("admin:applications_terms_delete", args=[pk]), {"post": "yes"})

    assert response.status_code == 403
    assert terms.current().pk == pk


@pytest.mark.parametrize(
    ("language", "asked", "told", "title"),
    [
        ("fi", ["Teksti suomeksi", "Julkaisuaika"], "Julkaistu", "1.11.2026"),
        ("sv", ["Text på finska", "Tidpunkt för publicering"], "Publicerade", "1.11.2026"),
        ("en", ["Text in Finnish", "Publish at"], "Published", "1 November 2026"),
    ],
)
def test_terms_ask_when_to_publish_and_tell_when_they_were_published(operator, language, asked, told, title):
    with translation.override(language):
        form = operator.get(reverse(ADD_TERMS)).text
        shown = operator.get(reverse("admin:applications_terms_change", args=[terms.current().pk])).text

    assert [label for label in asked if f">{label}:</label>" not in form] == []
    assert f"<label>{told}:</label>" in shown
    assert f"<h2>{title}</h2>" in as_read(shown)


# --- Rights ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["counter_counter", "counter_notice", "counter_documenttype", "applications_terms"])
@pytest.mark.parametrize("role", ["adviser", "supervisor", "operator"])
def test_settings_are_the_operators_alone(client, db, role, page):
    sign_in_staff(client, staff(role))

    status = client.get(reverse(f"admin:{page}_changelist")).status_code

    assert status == (200 if role == "operator" else 403)
