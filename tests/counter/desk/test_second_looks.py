import pytest

from applications import changes
from counter.models import DocumentType, SecondLook, Undoing
from identity.models import Account
from privacy import erasure
from tests.applications.factories import actor, applicant, application, confirm, state
from tests.cast import MAIJA, OLLI
from tests.counter.checks import check, confirm_here, doubtful, issue, status, undo
from tests.counter.desk.arranged import address, text_of
from tests.interleaving import before_lock
from tests.staff import acting, staff

pytestmark = pytest.mark.django_db


def at(made, name="desk_decide"):
    return address(name, made.pk)


# --- The second look -------------------------------------------------------------------------------------


def test_page_shows_the_check_and_asks(supervisor):
    """C4"""
    made = doubtful(application(MAIJA), MAIJA)

    text = text_of(supervisor.get(at(made)))

    for words in ("The picture is old", "Anna Adviser", "Accept the check", "Reject the check"):
        assert words in text


@pytest.mark.parametrize(("answer", "outcome"), [("yes", "sound"), ("no", "rejected")])
def test_decision_is_saved_with_its_reason(supervisor, answer, outcome):
    """C4"""
    made = doubtful(application(MAIJA), MAIJA)

    response = supervisor.post(at(made), {"accepted": answer, "reason": "Compared with the register"}, follow=True)

    assert status(made) == outcome
    assert SecondLook.objects.get().by == staff("supervisor")
    assert response.redirect_chain == [(address("desk_check_made", made.pk), 302)]
    assert "Compared with the register" in text_of(response)


def test_adviser_decides_on_what_another_doubts(adviser):
    """C4: another member of staff"""
    made = doubtful(application(MAIJA), MAIJA, by="supervisor")

    adviser.post(at(made), {"accepted": "yes", "reason": "Seen"})

    assert status(made) == "sound"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"accepted": "yes"}, "reason"),
        ({"reason": "Seen"}, "accepted"),
        ({"accepted": "x", "reason": "y"}, "accepted"),
    ],
)
def test_decision_without_an_answer_or_a_reason_is_asked_again(supervisor, sent, field):
    made = doubtful(application(MAIJA), MAIJA)

    response = supervisor.post(at(made), sent)

    assert list(response.context["form"].errors) == [field]
    assert status(made) == "waiting"


def test_decision_on_ones_own_check_is_refused(adviser):
    """C4"""
    made = doubtful(application(MAIJA), MAIJA)

    page = adviser.get(at(made))
    response = adviser.post(at(made), {"accepted": "yes", "reason": "Sure"}, follow=True)

    assert "You made this check yourself." in text_of(page)
    assert "You made this check yourself." in text_of(response)
    assert status(made) == "waiting"


def test_decision_of_an_adviser_on_another_type_is_refused(adviser):
    """C3"""
    DocumentType.objects.update(is_on=True)
    made = check(application(MAIJA), MAIJA, by="operator", document_type="aliens-passport", note="No passport")

    response = adviser.post(at(made), {"accepted": "yes", "reason": "Fine"}, follow=True)

    assert "Only a supervisor can decide on this check." in text_of(response)


def test_decision_after_another_one_is_refused(supervisor):
    made = doubtful(application(MAIJA), MAIJA)
    supervisor.post(at(made), {"accepted": "no", "reason": "Not her"})

    response = supervisor.post(at(made), {"accepted": "yes", "reason": "Her"}, follow=True)

    assert "is no longer waiting for a second review" in text_of(response)
    assert status(made) == "rejected"


# --- Undoing ---------------------------------------------------------------------------------------------


def test_page_says_what_falls_and_what_stays(supervisor):
    """C5"""
    sent, former = application(MAIJA, OLLI), application(MAIJA)
    made = check(sent, MAIJA)
    confirm_here(sent, MAIJA)
    issue(made)
    confirm(sent, OLLI)

    text = text_of(supervisor.get(at(made, "desk_undo")))

    assert f"Confirmation by Maija Liisa Meikäläinen (at customer service), application {sent.number} : Valid." in text
    assert "The application will then wait for confirmation again, and we will tell everybody concerned." in text
    assert "This person’s account will be closed" in text
    assert former.number not in text
    assert "Olli" not in text


def test_page_says_when_the_application_stays_as_it_is(supervisor):
    """R8"""
    sent = application(MAIJA)
    made = check(sent, MAIJA)
    confirm_here(sent, MAIJA)
    confirm(application(MAIJA), MAIJA)

    assert "The application stays as it is." in text_of(supervisor.get(at(made, "desk_undo")))


def test_page_says_when_nothing_rests_on_the_check(supervisor):
    made = check(application(MAIJA), MAIJA)

    assert "Nothing depends on this check yet." in text_of(supervisor.get(at(made, "desk_undo")))


def test_reading_undoes_nothing(supervisor):
    made = check(application(MAIJA), MAIJA)

    supervisor.get(at(made, "desk_undo"))

    assert status(made) == "sound"


def test_check_is_undone_with_its_reason(supervisor):
    """C5"""
    sent = application(MAIJA)
    made = check(sent, MAIJA)
    confirm_here(sent, MAIJA)
    issue(made)

    response = supervisor.post(at(made, "desk_undo"), {"reason": "It was her sister"}, follow=True)

    assert (status(made), state(sent)) == ("undone", "awaiting")
    assert Account.objects.get().closed_at is not None
    assert (Undoing.objects.get().by, Undoing.objects.get().reason) == (staff("supervisor"), "It was her sister")
    assert "1 application is waiting for confirmation again" in text_of(response)


def test_undoing_without_a_reason_is_asked_again(supervisor):
    """C5"""
    made = check(application(MAIJA), MAIJA)

    response = supervisor.post(at(made, "desk_undo"), {"reason": " "})

    assert list(response.context["form"].errors) == ["reason"]
    assert status(made) == "sound"


def test_undoing_twice_is_refused(supervisor):
    made = check(application(MAIJA), MAIJA)
    undo(made)

    response = supervisor.post(at(made, "desk_undo"), {"reason": "Again"}, follow=True)

    assert "This check has already been undone." in text_of(response)


def test_undoing_is_for_supervisors(adviser, operator):
    """C5"""
    made = check(application(MAIJA), MAIJA)

    answers = [browser.post(at(made, "desk_undo"), {"reason": "No"}) for browser in (adviser, operator)]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert status(made) == "sound"


def test_deciding_is_for_the_desk(operator):
    made = doubtful(application(MAIJA), MAIJA)

    assert operator.post(at(made), {"accepted": "yes", "reason": "Yes"}).status_code == 403


@pytest.mark.parametrize("name", ["desk_decide", "desk_undo"])
def test_check_of_somebody_who_is_erased_at_that_moment_is_not_found(supervisor, name):
    sent = application(MAIJA)
    made = doubtful(sent, MAIJA)
    changes.withdraw(sent, by=actor(MAIJA))
    gone = applicant(sent, MAIJA)

    with before_lock(lambda: erasure.erase_person(gone, reason="Asked for it", by=acting("supervisor"))):
        response = supervisor.post(at(made, name), {"accepted": "yes", "reason": "Seen"})

    assert response.status_code == 404
