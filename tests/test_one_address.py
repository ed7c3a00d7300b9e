"""An address with letters in its domain is one at every door, whichever way it is typed, sent or asked for.

Browsers send the domain of such an address in letters of their own (Punycode). People see it as they write it.
"""

import re

import pytest
from django import forms
from django.contrib import admin
from django.db.models import EmailField as EmailColumn
from django.test import Client, RequestFactory

import heka_confirm.urls  # noqa: F401  (all forms are known once all pages are)
from applications import stranger_letters
from applications.models import Draft
from counter.models import Counter
from identity import accounts
from identity.models import Account, LinkRequest, User
from mailing.admin import LetterAdmin
from mailing.letters import write_letter
from mailing.models import Letter
from tests import cast
from tests.applications import factories
from tests.applications.factories import applicant, application
from tests.applications.form.forms import MAIN, Somebody
from tests.core.test_addresses import fields_of_addresses
from tests.counter.checks import check
from tests.counter.desk.arranged import address
from tests.identity.accounts import PASSWORD, issued
from tests.mailing.letters import queued
from tests.staff import sign_in_staff, staff
from tests.test_columns import typed as typed_fields

pytestmark = pytest.mark.django_db

STORED, SHOWN = "maija@xn--bo-xia.fi", "maija@åbo.fi"
SPELLINGS = [STORED, SHOWN, "maija@ÅBO.fi", "maija@A\u030abo.Fi", "maija@XN--BO-XIA.FI", "maija@åbo。fi"]


@pytest.fixture(params=SPELLINGS)
def spelling(request):
    return request.param


@pytest.fixture
def adviser():
    return sign_in_staff(Client(), staff("adviser"))


def sent(**details):
    return application(cast.OLLI, main_applicant=cast.applicant(cast.MAIJA, email=STORED), **details)


# --- Entered ---------------------------------------------------------------------------------------------


def test_every_form_that_asks_for_an_address_stores_one_form(spelling):
    assert {field.clean(spelling) for field in fields_of_addresses()} == {STORED}


def is_djangos(field):
    return isinstance(field, forms.EmailField)


def test_no_form_of_ours_reads_addresses_in_another_way():
    others = [(form.__name__, name) for form, name, field in typed_fields() if is_djangos(field)]
    request = RequestFactory().get("/")
    request.user = User.objects.create_superuser("root")
    for model, page in admin.site._registry.items():
        has_address = any(isinstance(column, EmailColumn) for column in model._meta.fields)
        if has_address and page.has_change_permission(request):
            made = page.get_form(request, model(), change=True)
            others += [(model.__name__, name) for name, field in made.base_fields.items() if is_djangos(field)]

    assert others == []


def test_housing_system_and_form_store_one_form(spelling):
    stored = application(main_applicant=cast.applicant(cast.MAIJA, email=spelling))
    somebody = Somebody(Client(), "en").begin()
    somebody.fill("people", "p1", {**MAIN, "email": spelling})

    assert applicant(stored, cast.MAIJA).email == STORED
    assert Draft.objects.get().email == STORED


def test_typing_ones_own_address_anew_corrects_nothing(spelling):
    invited = application(cast.MAIJA, co_applicants=[cast.applicant(cast.OLLI, email=STORED)])
    before = Letter.objects.count()

    own = factories.sign_in(Client(), cast.OLLI)
    own.post(f"/en/applications/{invited.number}/contact-details/", {"email": spelling, "language": "fi", "phone": ""})

    assert applicant(invited, cast.OLLI).email == STORED
    assert Letter.objects.filter(message="invitation").count() == 1
    assert Letter.objects.count() == before


def test_account_is_found_whichever_way_its_address_is_typed(spelling, client):
    issued(cast.MAIJA, email=spelling)
    account = Account.objects.get()
    account.user.set_password(PASSWORD)
    account.user.save()

    accounts.request_link(spelling)

    assert account.email == STORED == LinkRequest.objects.latest("pk").email
    assert accounts.live(spelling) == account
    with pytest.raises(accounts.AddressTaken):
        issued(cast.OLLI, email=spelling)


def test_strangers_are_counted_by_one_address(spelling):
    assert stranger_letters.mailbox(forms_of(spelling)) == STORED


def forms_of(spelling):
    return fields_of_addresses()[0].clean(spelling)


# --- Looked for ------------------------------------------------------------------------------------------


def test_desk_finds_the_person(adviser, spelling):
    stored = sent()

    found = adviser.post(address("desk"), {"text": spelling, "reason": "here"})

    assert found["Location"] == address("desk_applicant", stored.reference, 0)


def test_operator_finds_the_emails(spelling):
    queued(to=STORED)

    found, _ = LetterAdmin(Letter, admin.site).get_search_results(RequestFactory().get("/"), Letter.objects, spelling)

    assert [letter.to for letter in found] == [STORED]


# --- Shown and sent --------------------------------------------------------------------------------------


def test_people_see_letters_on_every_page_with_an_address(adviser):
    stored = sent()
    own = factories.sign_in(Client(), cast.MAIJA)
    somebody = Somebody(Client(), "en").begin()
    somebody.fill("people", "p1", {**MAIN, "email": STORED})
    slot = applicant(stored, cast.MAIJA)
    check(stored, cast.MAIJA)
    Counter.objects.update(email=STORED)
    pages = {
        "status": own.get(f"/en/applications/{stored.number}/"),
        "own details": own.get(f"/en/applications/{stored.number}/contact-details/"),
        "people": somebody.go("people"),
        "summary": somebody.go("summary"),
        "person": adviser.post(address("desk_details", stored.reference, 0), follow=True),
        "read back": adviser.post(address("desk_account", stored.reference, 0), {"email": STORED}),
        "counter": own.get("/en/counter/"),
    }
    assert slot.email == STORED
    for name, page in pages.items():
        text = re.sub(r'href="mailto:[^"]*"|<input type="hidden"[^>]*>', "", page.text)
        assert (name, page.status_code, SHOWN in text, "xn--" in text) == (name, 200, True, False)


def test_email_leaves_for_the_domain_that_mail_servers_know():
    sent()
    letter = Letter.objects.get(message="arrived")

    for letter.to in SPELLINGS:  # one that was stored by a former rule, too
        assert write_letter(letter).message()["To"] == STORED
