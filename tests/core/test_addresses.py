"""Addresses to which a letter can go, whichever door they come by."""

import re
from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError
from django.forms.forms import BaseForm
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from applications import document
from applications.form.people import CoApplicant, MainApplicant
from applications.forms import AddressForm as InvitationForm
from applications.forms import ContactDetailsForm
from applications.views.drafts import LinkForm
from core import masking
from core.addresses import (
    AddressInput,
    EmailField,
    ForeignLetters,
    InvalidAddress,
    is_stored_form,
    likely_slip,
    read_address,
    shown_address,
)
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
    *("a@exa_mple.test", "ä@example.test", "ſven@example.test", "a＠example.test", "“a@example.test”."),
    *(f"{'a' * 65}@example.test", ".a@example.test", "a.@example.test", "a..b@example.test", "a(b)@example.test"),
    *("a@.example.test", "a@example..test", "a@-a.test", "a@a-.test", "a@ab--cd.test", "a@exa mple.test", "a@exa%.fi"),
    *("a@example.c", "a@example.c0m", "a@example.123", "a@example.f_i", "a@example.-fi", f"a@{'a' * 64}.fi"),
    *("a@service.onion", "a@example.invalid", "a@1.168.192.in-addr.arpa", "a@server.corp", "a@router.home"),
    *("a@xn--.fi", "a@xn--abc.fi", "a@xn--bo-yia-.fi", "a@xn--example.test", "a@a.xn--", "a@xn--0.fi"),  # no Punycode
    *("a@xn--ls8h.la", "a@😀.fi", "a@i♥ny.com", "a@\u0301a.fi", "a@١٢.fi", "a@אa.fi"),  # no letters of IDNA 2008
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
    "address",
    [
        *("maija@example.test", "M.L+b@mail.example.fi", "o'neill@example.co.uk", "a@örn.se", "_a-b_@a-b.museum"),
        *(
            f"{'a' * 64}@example.test",
            f"a@{'a' * 63}.fi",
            "!#$%&'*+/=?^`{|}~@example.test",
            "1@123.fi",
            "a@中文网.中国",
        ),
    ],
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
        ("Maija@Example.Test", "Maija@example.test"),
        ("MAILTO:maija@example.test", "maija@example.test"),
        ("maija@example.test。", "maija@example.test"),
    ],
)
def test_nobody_loses_their_address_to_what_was_pasted_with_it(typed, stored):
    assert read_address(typed) == read_address(stored) == stored


def test_an_address_with_german_letters_leads_to_its_own_domain_and_to_no_strangers():
    assert read_address("a@straße.de") == "a@xn--strae-oqa.de"  # IDNA 2008; by IDNA 2003 it is strasse.de
    assert read_address("a@Örn.se") == read_address("a@o\u0308rn.se") == "a@xn--rn-eka.se"


@pytest.mark.parametrize(
    "typed",
    ["åbo.fi", "ÅBO.FI", "A\u030abo.fi", "xn--bo-xia.fi", "XN--BO-XIA.fi", "åbo。fi", "åｂｏ．ｆｉ", "Xn--Bo-Xia.Fi"],
)
def test_a_domain_has_one_form_however_it_was_written(typed):
    assert read_address(f"Maija@{typed}") == "Maija@xn--bo-xia.fi"
    assert is_stored_form("Maija@xn--bo-xia.fi")
    assert not is_stored_form(f"Maija@{typed}") or typed == "xn--bo-xia.fi"


@given(st.text(max_size=40), st.text(max_size=80))
def test_what_is_taken_is_taken_again_as_it_is_stored(local, domain):
    with suppress(InvalidAddress):
        stored = read_address(f"{local}@{domain}")
        assert stored.isascii()
        assert read_address(stored) == stored
        assert read_address(shown_address(stored)) == stored


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("Maija@xn--bo-xia.fi", "Maija@åbo.fi"),
        ("maija@posti.xn--mnty-5qa.fi", "maija@posti.mönty.fi"),
        ("maija@xn--mller-kva.de", "maija@müller.de"),
        ("maija@example.test", "maija@example.test"),
        ("", ""),
    ],
)
def test_people_read_a_domain_in_its_own_letters(stored, shown):
    assert shown_address(stored) == shown
    assert masking.mask_address(stored) == shown.replace("aija", masking.MASK)


@pytest.mark.parametrize(
    "stored",
    ["a@xn--80ak6aa92e.com", "a@xn--gmil-moa.com", "a@xn--helsnki-zpb.fi", "a@xn--strae-oqa.de", "a@xn--abc.fi"],
)
def test_no_domain_is_shown_that_is_read_as_another(stored):
    """`аррӏе.com` in Cyrillic letters, `gmäil.com`, `helsınki.fi` without the dot, `straße.de`, and rubbish."""
    assert shown_address(stored) == stored


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("mätti@example.test", "without å, ä, ö"),
        ("maija@gmail", "The end of the email address is missing, for example .fi or .com."),
        ("maija@example.test, olli@example.test", "Enter only one email address."),
        ("maija.example.test", "It should look like this: name@example.com"),
    ],
)
def test_whoever_typed_it_is_told_what_to_correct(typed, told):
    with translation.override("en"), pytest.raises(ValidationError, match=re.escape(told)):
        EmailField().clean(typed)


def test_letters_that_no_mail_server_takes_are_told_apart():
    with pytest.raises(ForeignLetters):
        read_address("mätti@example.test")


@pytest.mark.parametrize("address", ["maija@example.test", "maija@mail.example"])
def test_names_that_are_nobodys_are_taken_only_where_people_with_test_codes_are(address, settings):
    assert read_address(address) == address
    settings.DEMO = False
    assert read_address(address) == address
    settings.ALLOW_TEST_CODES = False
    with pytest.raises(InvalidAddress):
        read_address(address)
    assert read_address("maija@example.fi") == "maija@example.fi"


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


def test_a_slip_is_the_same_in_the_letters_that_a_browser_sends_and_in_those_that_were_typed():
    field, sent = EmailField(), {"email": "maija@xn--gmil-moa.com"}
    with translation.override("en"), pytest.raises(ValidationError, match=r"Did you mean maija@gmail\.com\?"):
        field.clean(sent["email"])

    shown = field.widget.render("email", sent["email"], {"aria-invalid": True})
    asked = re.search(r'name="email-asked" value="([^"]*)"', shown)[1]

    assert field.clean(field.widget.value_from_datadict({**sent, "email-asked": asked}, {}, "email")) == sent["email"]
    assert field.clean(field.widget.value_from_datadict({**sent, "email-asked": "maija@gmäil.com"}, {}, "email"))


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


def test_housing_system_is_told_of_letters_before_the_at_sign():
    data = cast.document(main_applicant=cast.applicant(cast.MAIJA, email="mäti@example.test"))

    with pytest.raises(document.InvalidDocument) as refused:
        document.parse(data)

    assert refused.value.faults == [
        ("/main_applicant/email", "Give an email address with English letters only before the @")
    ]


@pytest.mark.parametrize("address", HERE)
def test_housing_system_sends_no_address_on_its_own_machines(address):
    data = cast.document(main_applicant=cast.applicant(cast.MAIJA, email=address))

    with pytest.raises(document.InvalidDocument) as refused:
        document.parse(data)

    assert refused.value.faults == [("/main_applicant/email", "Invalid email address")]
