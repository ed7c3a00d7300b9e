"""People with a password account, and the links that they get, for the tests."""

import datetime as dt
import re
import uuid

from django.utils import timezone

from applications.models import Applicant, Application, IdCheck, Version
from core import crypto, hetu
from identity import accounts, people
from identity.claims import Identity
from identity.enums import Method
from identity.models import Account, User
from mailing import letters
from mailing.models import Letter
from tests.cast import MAIJA

PASSWORD = "kolme sanaa peräkkäin"
EMAIL = "maija@example.test"
CODE_END = MAIJA["hetu"][-4:]


def person(who=MAIJA):
    """Return somebody of the cast, as a bank or the counter knows them."""
    identity = Identity(**who, method=Method.BANK)
    return people.recognise(identity, language="en", at=timezone.now())


def evidence(who=MAIJA):
    """Return the key of a check at the counter, without the letters and the trail of a real application."""
    now = timezone.now()
    valid_until = timezone.localdate() + dt.timedelta(days=90)
    sent = Application.objects.create(state="awaiting", language="en", sent_at=now, valid_until=valid_until)
    version = Version.objects.create(application=sent, number=1, content="{}", digest="0" * 64, created_at=now)
    Application.objects.filter(pk=sent.pk).update(current=version)
    slot = Applicant.objects.create(
        version=version,
        position=0,
        **{name: who[name] for name in ("first_names", "last_name", "hetu")},
        hetu_index=crypto.indexes(who["hetu"])[0],
        birth_date=hetu.birth_date(who["hetu"]),
        language="en",
    )
    return IdCheck.objects.create(
        applicant=slot,
        document_type="passport",
        country="FI",
        document_valid_until=valid_until,
        picture_matches=True,
        name_matches=True,
        adviser=User.objects.get_or_create(username="adviser", is_staff=True)[0],
        checked_at=now,
        account_key=uuid.uuid4(),
    ).account_key


def issued(who=MAIJA, email=EMAIL):
    """Return an account that waits for its password."""
    return accounts.issue_account(person(who), email=email, id_check=evidence(who))


def with_password(who=MAIJA, email=EMAIL, password=PASSWORD):
    """Return an account whose holder has set a password."""
    account = issued(who, email)
    accounts.set_password(token_of(account), password=password, code_end=who["hetu"][-4:])
    return Account.objects.get(pk=account.pk)


def last_letter(message="account_link"):
    return Letter.objects.filter(message=message).latest("pk")


def token_of(account):
    """Return the token of the account's last letter, out of the letter itself."""
    letter = Letter.objects.filter(message="account_link", to=account.email).latest("pk")
    return re.search(r"token=([0-9a-f]+)", letters.write_letter(letter).body)[1]
