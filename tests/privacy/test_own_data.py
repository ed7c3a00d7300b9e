"""What somebody reads and takes along of what is held about them: each value of their own, and none of others'."""

import datetime as dt
import json
import re
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from applications import certificates, changes, document, terms
from applications.models import Application, Confirmation, ErrorReport
from counter import account_issue, feedback
from counter.models import Counter
from identity.enums import Method
from identity.models import Account
from identity.proof import Proof, remember
from mailing.models import Letter
from records import verify
from records.models import Entry
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, actor, applicant, application, confirm, person, proof
from tests.counter.checks import check, undo
from tests.counter.desk.arranged import text_of
from tests.staff import acting, sign_in_staff, staff

pytestmark = pytest.mark.django_db

MAIJAS = cast.applicant(
    cast.MAIJA,
    address="Maijankuja 1",
    email="maija.private@example.test",
    phone="040 111 1111",
    municipality="Espoo",
    income={"monthly_gross": "1111.11", "benefits": "22.22", "assets": "3333.33", "debts": "44.44"},
)
OLLIS = cast.applicant(
    cast.OLLI,
    address="Ollintie 2",
    email="olli.private@example.test",
    phone="040 222 2222",
    municipality="Vantaa",
    income={"monthly_gross": "5555.55", "benefits": "66.66", "assets": "7777.77", "debts": "88.88"},
)
OWN = {
    "maija": ["Maijankuja 1", "maija.private@example.test", "040 111 1111", "Espoo", "1,111.11", "22.22", "3,333.33"],
    "olli": ["Ollintie 2", "olli.private@example.test", "040 222 2222", "Vantaa", "5,555.55", "66.66", "7,777.77"],
}
MAIN_ONLY = ["Kotikatu 3", "Only the main applicant reads this"]
CODES = [cast.MAIJA["hetu"], cast.OLLI["hetu"]]


@pytest.fixture
def sent():
    """An application of Maija and Olli with something of everything in it."""
    data = cast.document(MAIJAS, OLLIS, others_moving_in=[{**cast.TEA}])
    data["main_applicant"], data["co_applicants"] = MAIJAS, [OLLIS]
    data["content"]["home"]["address"] = "Kotikatu 3"
    data["content"]["more"] = f"Only the main applicant reads this. My code is {cast.MAIJA['hetu']}."
    sent = application(
        cast.MAIJA, cast.OLLI, **{key: data[key] for key in data if key not in ("reference", "sent_at")}
    )
    ErrorReport.objects.create(
        applicant=applicant(sent, cast.OLLI), text="The rent is wrong", reported_at=sent.sent_at
    )
    terms.accept(terms.current(), by=actor(cast.MAIJA))
    confirm(sent, cast.MAIJA)
    certificates.issue_certificate(applicant(sent, cast.MAIJA), language="sv", by=actor(cast.MAIJA))
    return sent


def signed_in(who, identified=None):
    client = Client()
    client.force_login(person(who).user, backend="identity.backend.BrokerBackend")
    session = client.session
    remember(session, identified or proof())
    session.save()
    return client


def address(name="own_data", language="en"):
    with translation.override(language):
        return reverse(f"privacy:{name}")


def page(client, language="en"):
    return text_of(client.get(address(language=language)))


def file(client, language="en"):
    return client.post(address("own_data_file", language)).content.decode()


@pytest.mark.parametrize("read", [page, file])
@pytest.mark.parametrize(("who", "other"), [("maija", "olli"), ("olli", "maija")])
def test_everybody_reads_each_own_value_and_none_of_the_others(sent, read, who, other):
    text = read(signed_in({"maija": cast.MAIJA, "olli": cast.OLLI}[who])).replace("\u00a0", " ")

    assert [value for value in OWN[who] if value not in text] == []
    assert [value for value in OWN[other] if value in text] == []
    assert [value for value in MAIN_ONLY if (value in text) != (who == "maija")] == []
    assert [code for code in CODES if code in text] == []
    assert [code[:6] for code in CODES if f"{code[:7]}••••" in text] == [
        {"maija": cast.MAIJA, "olli": cast.OLLI}[who]["hetu"][:6]
    ]


@pytest.mark.parametrize("read", [page, file])
def test_outsider_reads_nothing_of_the_application(sent, read):
    text = read(signed_in(cast.OTSO))

    assert sent.number not in text
    assert "Otso" in text
    assert "Maija" not in text


@pytest.mark.parametrize("read", [page, file])
def test_confirmations_reports_invitations_letters_and_terms_are_there(sent, read):
    maija, olli = read(signed_in(cast.MAIJA)), read(signed_in(cast.OLLI))

    assert "The rent is wrong" in olli
    assert "The rent is wrong" not in maija
    for title, mine, others in (
        ("Your confirmations", maija, olli),
        ("Terms of use that you have accepted", maija, olli),
        ("Certificates issued to you", maija, olli),
        ("Your invitations", olli, maija),
        ("Errors that you have reported", olli, maija),
    ):
        assert title in mine
        assert title not in others
    assert "Emails sent to you" in maija
    assert "loatest2" in maija


@pytest.mark.parametrize("read", [page, file])
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fi", "Palautui 29.11.2026 klo 16.46. Osoitetta ei ole tai se ei ole enää käytössä."),
        ("sv", "Kom i retur 29.11.2026 kl. 16.46. Adressen finns inte eller används inte längre."),
        ("en", "Came back on 29 November 2026 at 16:46. The address does not exist or is no longer in use."),
    ],
)
def test_what_became_of_each_email_is_said_in_words(sent, read, language, words):
    at = dt.datetime(2026, 11, 29, 14, 46, tzinfo=dt.UTC)
    Letter.objects.filter(message="arrived").update(sent_at=at, bounced_at=at, failure="no_address")

    found = read(signed_in(cast.MAIJA), language)

    assert words in found.replace("\xa0", " ")


def test_file_is_json_whose_name_says_nothing(sent):
    response = signed_in(cast.MAIJA).post(address("own_data_file"))

    data = json.loads(response.content)
    assert response["Content-Disposition"] == 'attachment; filename="own-data.json"'
    assert response["Content-Type"] == "application/json"
    assert data["person"]["first_names"] == cast.MAIJA["first_names"]
    assert data["person"]["personal_identity_code"] == "010594Y••••"
    assert [part["number"] for part in data["applications"]["parts"]] == [sent.number]
    assert data["confirmations"]["rows"][0]["method"] == "bank"
    assert data["confirmations"]["rows"][0]["receipt"] == Confirmation.objects.get().receipt_number
    assert re.fullmatch(r"[\d-]+T[\d:]+\+00:00", data["confirmations"]["rows"][0]["confirmed_at"])


def test_all_versions_are_there_those_too_from_which_a_person_was_removed(sent):
    confirmed = Application.objects.get(pk=sent.pk)
    changes.put(confirmed, document.parse(cast.document(cast.MAIJA)), tag=confirmed.version.digest, by=HOUSING_SYSTEM)

    maija, olli = (json.loads(file(signed_in(who))) for who in (cast.MAIJA, cast.OLLI))

    assert [part["title"] for part in maija["applications"]["parts"][0]["parts"]] == ["Version 1", "Version 2"]
    assert [part["title"] for part in olli["applications"]["parts"][0]["parts"]] == ["Version 1"]


def test_somebody_who_was_removed_reads_nothing_of_what_became_of_the_application_since(sent):
    """J2: what was one's own, up to the removal"""
    changed = Application.objects.get(pk=sent.pk)
    changes.put(changed, document.parse(cast.document(cast.MAIJA)), tag=changed.version.digest, by=HOUSING_SYSTEM)
    before = file(signed_in(cast.OLLI))
    changes.withdraw(sent, by=HOUSING_SYSTEM)

    after, maijas = file(signed_in(cast.OLLI)), json.loads(file(signed_in(cast.MAIJA)))

    olli = json.loads(after)
    (part,) = olli["applications"]["parts"]
    assert (part["number"], "status" in part, "valid_until" in part) == (sent.number, False, False)
    assert part["removed_at"]
    assert "withdrawn" not in after
    assert [row["what"] for row in olli["history"]["rows"]][-1] == "changed"
    assert [row["what"] for row in maijas["history"]["rows"]][-1] == "withdrawn"
    assert json.loads(before)["history"] == olli["history"]


def test_looks_and_acts_of_staff_are_told_by_their_role_alone(sent):
    desk = sign_in_staff(Client(), staff("adviser"))
    slot = applicant(sent, cast.OLLI)
    with translation.override("en"):
        desk.get(reverse("admin:desk_application", args=[sent.reference]))
        desk.get(reverse("admin:desk_applicant", args=[sent.reference, slot.position]))
    undo(check(sent, cast.OLLI))

    olli, maija = (json.loads(file(signed_in(who))) for who in (cast.OLLI, cast.MAIJA))

    assert [(row["what"], row["by"]) for row in olli["looks"]["rows"]] == [
        ("applicant_opened", "adviser"),
        ("application_opened", "adviser"),
    ]
    assert [(row["what"], row["by"]) for row in maija["looks"]["rows"]] == [("application_opened", "adviser")]
    assert [(row["what"], row["by"]) for row in olli["changes"]["rows"]] == [
        ("check_undone", "supervisor"),
        ("check_recorded", "adviser"),
    ]
    assert "changes" not in maija
    [recorded] = olli["id_checks"]["parts"]
    assert (recorded["by"], recorded["document"], recorded["country"]) == ("adviser", "passport", "FI")
    assert recorded["undone_because"] == "It was somebody else's passport"
    assert "id_checks" not in maija
    text = page(signed_in(cast.OLLI))
    assert [name for name in ("Anna", "Sari", "anna", "sari") if name in text] == []


@pytest.mark.parametrize(("language", "place"), [("fi", "Paikka Työpajankatu 8"), ("sv", "Plats Verkstadsgatan 8")])
def test_place_of_a_check_is_shown_in_the_language_of_the_page_and_stays_in_the_file(sent, language, place):
    check(sent, cast.OLLI)
    client = signed_in(cast.OLLI)

    [made] = json.loads(file(client, language))["id_checks"]["parts"]

    assert made["place"] == "Työpajankatu 8"
    assert place in text_of(client.get(address(language=language)))


def test_own_data_says_that_a_document_had_no_end(sent):
    check(sent, cast.OLLI, document_valid_until=None, document_has_no_end=True, note="A card without a last day")
    client = signed_in(cast.OLLI)

    [made] = json.loads(file(client))["id_checks"]["parts"]

    assert (made["has_no_end"], made["valid_until"]) == (True, None)
    assert "The document has no end date" in page(client)


def test_place_where_the_counter_was_before_stays_as_it_was(sent):
    check(sent, cast.OLLI)
    Counter.objects.update_or_create(defaults={"street_fi": "Uusi katu 1", "street_sv": "Nya gatan 1"}, id=1)

    assert "Plats Työpajankatu 8" in text_of(signed_in(cast.OLLI).get(address(language="sv")))


def test_protected_person_reads_their_mark_and_nobody_else_does(sent):
    type(applicant(sent, cast.OLLI)).objects.filter(pk=applicant(sent, cast.OLLI).pk).update(protected=True)

    olli, maija = (
        json.loads(file(signed_in(who)))["applications"]["parts"][0]["parts"][0]["protected"]
        for who in (cast.OLLI, cast.MAIJA)
    )

    assert (olli, maija) == (True, False)


def test_account_and_its_letters_are_there_and_its_holder_may_read_them_with_it(sent):
    made = check(sent, cast.OLLI)
    account_issue.issue_account(made, email="olli.account@example.test", by=acting("adviser"))
    by_account = Proof(method=Method.ACCOUNT, provider="account", level="", at="2026-11-21T12:00:00+00:00")

    data = json.loads(file(signed_in(cast.OLLI, by_account)))

    assert data["person"]["method"] == "account"
    assert data["account"]["email"] == "olli.account@example.test"
    assert "account_link" in [row["message"] for row in data["letters"]["rows"]]


def test_feedback_is_shown_to_whoever_has_shown_that_its_address_is_theirs(sent):
    """An address that somebody typed proves nothing: it would show them what others wrote."""
    made = check(sent, cast.OLLI)
    account_issue.issue_account(made, email="olli.account@example.test", by=acting("adviser"))
    for email in ("Olli.Account@example.test", "olli.private@example.test", ""):
        text = f"Written by {email or 'nobody'}"
        feedback.give_feedback(form_key=uuid.uuid4(), kind="other", text=text, email=email, language="fi")

    before = json.loads(file(signed_in(cast.OLLI)))
    Account.objects.update(verified_at=timezone.now())
    after, maijas = (json.loads(file(signed_in(who))) for who in (cast.OLLI, cast.MAIJA))

    assert "feedback" not in before
    assert [row["text"] for row in after["feedback"]["rows"]] == ["Written by Olli.Account@example.test"]
    assert "feedback" not in maijas


def test_no_terms_need_to_be_accepted(sent):
    assert signed_in(cast.OLLI).get(address()).status_code == 200


@pytest.mark.parametrize("name", ["own_data", "own_data_file"])
def test_whoever_is_not_identified_is_led_to_the_identification(sent, name):
    for client in (Client(), sign_in_staff(Client(), staff("supervisor"))):
        response = client.get(address(name))

        assert response.status_code == 302
        assert "identif" in response["Location"]
        assert client.post(address(name)).status_code in {302, 405}
    assert not Entry.objects.filter(event="exported").exists()


def test_reading_the_address_of_the_file_leads_to_the_page(sent):
    response = signed_in(cast.MAIJA).get(address("own_data_file"))

    assert (response.status_code, response["Location"]) == (302, address())


def test_each_reading_is_recorded(sent):
    client, maija = signed_in(cast.MAIJA), person(cast.MAIJA)

    client.get(address())
    client.post(address("own_data_file"))

    entries = Entry.objects.filter(event="exported").order_by("pk").select_related("chain")
    assert [(e.chain.name, e.subject, e.role, e.user_id, e.facts) for e in entries] == [
        (f"person {maija.pk}", f"person {maija.pk}", "applicant", maija.user_id, {"file": is_file})
        for is_file in (False, True)
    ]
    assert list(verify.verify_everything()) == []


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_page_and_file_come_in_each_language(sent, language):
    client = signed_in(cast.MAIJA)

    assert client.get(address(language=language)).status_code == 200
    assert json.loads(file(client, language))["person"]["last_name"] == cast.MAIJA["last_name"]


def test_page_is_kept_out_of_caches(sent):
    client = signed_in(cast.MAIJA)

    assert {"no-store", "private"} <= set(client.get(address())["Cache-Control"].split(", "))
    assert {"no-store", "private"} <= set(client.post(address("own_data_file"))["Cache-Control"].split(", "))


def test_number_of_queries_is_the_same_for_one_application_and_for_three():
    counts = []
    for number in range(1, 4):
        sent = application(cast.MAIJA, cast.OLLI, reference=f"HS-{number}")
        check(sent, cast.MAIJA)
        confirm(sent, cast.MAIJA)
        client = signed_in(cast.MAIJA)
        client.get(address())
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(address())
        counts.append(len(queries))

    assert counts == [counts[0]] * 3
    assert counts[0] <= 30
