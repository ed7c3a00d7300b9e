"""Addresses to which a letter can go, whichever door they come by."""

import pytest
from django.core.exceptions import ValidationError

from applications import document
from applications.form.people import CoApplicant, MainApplicant
from applications.forms import AddressForm as InvitationForm
from applications.forms import ContactDetailsForm
from applications.views.drafts import LinkForm
from core.addresses import InvalidAddress, check_address
from counter.desk.forms import AccountForm
from identity.forms import AddressForm
from tests import cast

HERE = ["root@localhost", "root@mail.localhost", "a@printer.local", "a@host.internal", "a@[127.0.0.1]", "a@[IPv6:::1]"]
REFUSED = [
    *HERE,
    *("a@10.0.0.10", "a@example", "example.test", "a@", "@example.test", "a b@example.test", "a@example.test\0"),
    *("a@exa\u202emple.test", "a@example.test,b@example.test", "a@example.test\nBcc: b@example.test"),
    "a@" + "a" * 60 + "." + "b" * 60 + "." + "c" * 60 + "." + "d" * 60 + ".example.test",
    "a@" + ".".join(["İ" * 60] * 3) + ".test",  # longer in lower case, as accounts store it
]
FORMS = [AddressForm, InvitationForm, ContactDetailsForm, LinkForm, AccountForm, MainApplicant, CoApplicant]


@pytest.mark.parametrize(
    "address", ["maija@example.test", "M.L+b@mail.example.fi", "o'neill@example.co.uk", "a@örn.se"]
)
def test_address_of_the_public_mail_is_taken(address):
    check_address(address)


@pytest.mark.parametrize("address", REFUSED)
def test_address_to_which_no_letter_can_go_is_refused(address):
    with pytest.raises(InvalidAddress):
        check_address(address)


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
