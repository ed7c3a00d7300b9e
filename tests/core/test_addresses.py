"""Addresses to which a letter can go, whichever door they come by."""

import pytest
from django.core.exceptions import ValidationError
from django.forms.forms import BaseForm
from django.utils import translation

from applications import document
from applications.form.people import CoApplicant, MainApplicant
from applications.forms import AddressForm as InvitationForm
from applications.forms import ContactDetailsForm
from applications.views.drafts import LinkForm
from core.addresses import AddressInput, EmailField, ForeignLetters, InvalidAddress, likely_slip, read_address
from counter.desk.forms import AccountForm, NewContactDetailsForm
from counter.views import FeedbackForm
from identity.forms import AddressForm
from tests import cast

HERE = ["root@localhost", "root@mail.localhost", "a@printer.local", "a@host.internal", "a@[127.0.0.1]", "a@[IPv6:::1]"]
REFUSED = [
    *HERE,
    *("a@10.0.0.10", "a@example", "example.test", "a@", "@example.test", "a b@example.test", "a@example.test\0"),
    *("a@example.test,b@example.test", "a@example.test\nBcc: b@example.test", "a@exa\0mple.test"),
    *('"a"@example.test', "a@example.test…", "“a@example.test”", "a(at)example.test", "A <a@example.test>"),
    *("a@exa_mple.test", "ä@example.test", "ſven@example.test", "a＠example.test"),
    "a@" + "a" * 60 + "." + "b" * 60 + "." + "c" * 60 + "." + "d" * 60 + ".example.test",
    "a@" + ".".join(["İ" * 60] * 3) + ".test",
]
FORMS = [
    *(AddressForm, InvitationForm, ContactDetailsForm, LinkForm, MainApplicant, CoApplicant),
    *(AccountForm, NewContactDetailsForm, FeedbackForm),
]


def fields_of_addresses(form=BaseForm):
    """Return each field of our forms that asks for an address."""
    fields = [field for field in getattr(form, "base_fields", {}).values() if isinstance(field, EmailField)]
    return fields + [field for each in form.__subclasses__() for field in fields_of_addresses(each)]


def test_nobody_is_asked_for_ever_whether_they_meant_another_address():
    fields = fields_of_addresses()

    assert len(fields) >= len(FORMS)
    assert {type(field.widget) for field in fields} == {AddressInput}


@pytest.mark.parametrize(
    "address", ["maija@example.test", "M.L+b@mail.example.fi", "o'neill@example.co.uk", "a@örn.se"]
)
def test_address_of_the_public_mail_is_taken(address):
    assert read_address(address).startswith(address.partition("@")[0])


@pytest.mark.parametrize("address", REFUSED)
def test_address_to_which_no_letter_can_go_is_refused(address):
    with pytest.raises(InvalidAddress):
        read_address(address)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" maija@example.test\n", "maija@example.test"),
        ("\ufeffmaija@exa\u00admple.test\u200b", "maija@example.test"),
        ("\u202amaija@example.test\u202c", "maija@example.test"),
        ("maija @ example. test", "maija@example.test"),
        ("<maija@example.test>", "maija@example.test"),
        ("mailto:maija@example.test", "maija@example.test"),
        ("maija@example.test.", "maija@example.test"),
        ("maija@example.test,", "maija@example.test"),
        ("Maija@Example.Test", "Maija@Example.Test"),
    ],
)
def test_nobody_loses_their_address_to_what_was_pasted_with_it(typed, stored):
    assert read_address(typed) == read_address(stored) == stored


def test_an_address_with_german_letters_leads_to_its_own_domain_and_to_no_strangers():
    assert read_address("a@straße.de") == "a@xn--strae-oqa.de"  # IDNA 2008; by IDNA 2003 it is strasse.de
    assert read_address("a@Örn.se") == read_address("a@o\u0308rn.se") == "a@xn--rn-eka.se"


def test_letters_that_no_mail_server_takes_are_told_apart():
    with pytest.raises(ForeignLetters):
        read_address("mätti@example.test")


def test_a_slip_is_looked_for_in_the_domain_only():
    assert likely_slip("gmial.com@exmaple.fi") == "gmial.com@example.fi"
    assert likely_slip("exmaple.fi@example.test") is None


@pytest.mark.parametrize("form", FORMS)
def test_a_slip_is_asked_about_and_taken_at_the_next_press(form):
    field = form.base_fields["email"]
    name, typed = "email", "maija@exmaple.fi"

    def sent(**more):
        return field.clean(field.widget.value_from_datadict({name: typed, **more}, {}, name))

    with translation.override("en"), pytest.raises(ValidationError, match=r"Did you mean maija@example\.fi\?"):
        sent()
    with translation.override("en"), pytest.raises(ValidationError, match="Did you mean"):
        sent(**{"email-asked": "maija@exmpale.fi"})  # another slip
    assert sent(**{"email-asked": typed}) == typed


def test_a_page_keeps_the_address_that_it_asks_about():
    html = str(ContactDetailsForm({"email": "maija@exmaple.fi", "language": "fi"})["email"])

    assert 'value="maija@exmaple.fi"' in html
    assert '<input type="hidden" name="email-asked" value="maija@exmaple.fi">' in html
    for other in ["wrong", "maija@example.fi", ""]:
        assert "email-asked" not in str(ContactDetailsForm({"email": other, "language": "fi"})["email"])
    assert "email-asked" not in str(ContactDetailsForm(initial={"email": "maija@exmaple.fi"})["email"])


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("address", HERE)
def test_no_form_takes_an_address_on_our_own_machines(form, address):
    with pytest.raises(ValidationError):
        form.base_fields["email"].clean(address)


@pytest.mark.parametrize("address", HERE)
def test_housing_system_sends_no_address_on_its_own_machines(address):
    data = cast.document(main_applicant=cast.applicant(cast.MAIJA, email=address))

    with pytest.raises(document.InvalidDocument) as refused:
        document.parse(data)

    assert refused.value.faults == [("/main_applicant/email", "Invalid email address")]
