"""Whoever is erased is nowhere any more: every table is searched for what was known of them (R18)."""

import json
import uuid

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from applications import certificate_pdf, certificates, changes, draft_letters, invitations, receipt_pdf
from applications.models import Application, Certificate, CertificateDocument, Draft, ReceiptDocument
from core import crypto
from counter import account_issue, feedback
from identity import account_links, accounts
from identity.models import Account, Person, User
from mailing.models import Letter, TrackingEvent
from privacy import erasure
from tests import cast
from tests.applications.factories import actor, application, confirm, person
from tests.counter.checks import check, confirm_by_account, issue, slot, undo
from tests.counter.learned import change_code
from tests.staff import acting

pytestmark = pytest.mark.django_db

# Values that stand nowhere else, so that a search finds whatever is left of her.
GONE = {"first_names": "Xerxesina", "last_name": "Quilldrivers", "hetu": "060594Y907D"}
NEW_CODE = "060594Y906C"  # which is waiting for a second review
EMAIL, OWN, MOVED, TYPED = (f"{name}@xerxesina.example.test" for name in ("post", "own", "moved", "typed"))
PHONE, STREET = "050 9876 54321", "Xerxeskatu 77"
OF_HER = {"email": EMAIL, "phone": PHONE, "address": f"{STREET}, 00100 Helsinki"}
VALUES = [*GONE.values(), NEW_CODE, EMAIL, OWN, MOVED, TYPED, PHONE, STREET, "xerxesina"]
# Tables that hold something of a person who applies; lived() fills each.
HOLDING = {
    *("applications_applicant", "applications_draft", "applications_errorreport", "applications_namepart"),
    *("applications_certificatedocument", "applications_learnedcode"),
    "counter_feedback",
    *("applications_receiptdocument", "applications_version", "identity_account", "identity_linkrequest"),
    *("identity_person", "mailing_letter", "mailing_trackingevent"),
}
# Tables in which what is known of a person is never written: keys, times, hashes, words of ours.
HOLDING_NOTHING = {
    *("account_emailaddress", "account_emailconfirmation", "mfa_authenticator"),  # allauth keeps no addresses here
    *("applications_application", "applications_certificate", "applications_confirmation"),
    *("applications_idcheck", "applications_invitation"),
    *("applications_happening", "applications_recordedact", "applications_statechange", "applications_terms"),
    "applications_termsacceptance",
    *("auth_group", "auth_group_permissions", "auth_permission"),
    *(
        "counter_countedday",
        "counter_counter",
        "counter_documenttype",
        "counter_exceptionalhours",
        "counter_notice",
        "counter_removedfigure",
    ),
    *("counter_secondlook", "counter_telling", "counter_undoing", "counter_weeklyhours"),
    *("mailing_pace", "mailing_workerheartbeat", "records_commandrun"),
    *(
        "demo_brokerkey",
        "demo_code",
        "demo_demoapplication",
        "demo_demoevent",
        "demo_demomail",
        "demo_practiceday",
        "demo_usedassertion",
    ),
    *("django_admin_log", "django_content_type", "django_migrations", "django_session"),
    *("identity_accountlink", "identity_brokeroutage", "identity_ratecount", "identity_staffchange"),
    *("identity_directoryidentity", "identity_directorysession"),  # of staff
    *("identity_stafflink", "identity_user"),
    *("identity_user_groups", "identity_user_user_permissions", "records_auditsender", "records_chain"),
    *("records_entry", "records_permit"),
    *("applications_origin", "upstream_apiclient", "upstream_event", "upstream_idempotencyrecord", "upstream_intake"),
    *("upstream_lostnumbers", "upstream_webhookdelivery", "upstream_webhookendpoint"),
}


def lived(*others):
    """Let her live through everything that leaves something of her, and return an application of hers that ended."""
    her = cast.applicant(GONE, **OF_HER)
    document = {"main_applicant": her, "co_applicants": [cast.applicant(who) for who in others]}
    sent = application(GONE, reference="HS-1", **document)
    Letter.objects.update(sent_at=timezone.now())  # before her address is another one
    with_her_name(person(GONE))
    for who in others:
        confirm(sent, who)
    issue(check(sent, GONE), email=OWN)
    account = Account.objects.get(email=OWN)
    accounts.set_password(link_of(account), code_end=GONE["hetu"][-4:], password="a long password")
    account_issue.correct_account_address(account, email=MOVED, applicant=slot(sent, GONE), by=acting("adviser"))
    made = confirm_by_account(sent, GONE)
    invitations.report_error(slot(sent, GONE), text=f"{PHONE} is wrong")
    receipt_pdf.request_receipt_pdf(made, language="fi")
    certificate = certificates.issue_certificate(slot(sent, GONE), language="fi", by=actor(GONE))
    certificate_pdf.request_certificate_pdf(certificate)
    for documents in (ReceiptDocument, CertificateDocument):
        documents.objects.update(content=f"{GONE['first_names']}", made_at=timezone.now())
    begun(sent)
    bounced()
    for email in (EMAIL, MOVED.upper()):
        text = f"I am {GONE['first_names']}"
        feedback.give_feedback(form_key=uuid.uuid4(), kind="other", text=text, email=email, language="fi")
    accounts.request_link(MOVED)
    undo(made.id_check)
    change_code(Application.objects.get(pk=sent.pk), who=GONE, code=NEW_CODE, is_accepted=False)
    changes.withdraw(Application.objects.get(pk=sent.pk), by=actor(GONE))
    return sent


def with_her_name(found):
    """Give the user a name as the service itself gives it, which tells nothing."""
    User.objects.filter(pk=found.user_id).update(username=uuid.uuid4().hex)


def link_of(account):
    return account_links.TOKEN.of(account.links.get(used_at=None, replaced_at=None))


def begun(sent):
    """Drafts: her own, one that changes this application, and the emptied row of the one that was sent."""
    typed = json.dumps({"main": {"first_names": GONE["first_names"], "email": TYPED}})
    more = {"language": "fi", "created_at": timezone.now(), "touched_at": timezone.now(), "email": TYPED}
    own = Draft.objects.create(data=typed, person=person(GONE), nonce="1", token_hash="1", **more)
    changing = Draft.objects.create(
        data=typed, application=sent, base_digest=sent.version.digest, nonce="2", token_hash="2", **more
    )
    emptied = Draft.objects.create(data=None, sent=sent, nonce="3", token_hash="3", **more)
    for draft in (own, changing, emptied):
        draft_letters.queue_draft_link(draft)


def bounced():
    letter = Letter.objects.filter(to=EMAIL).first()
    report = {"provider": "Postmark", "type": "bounced", "occurred_at": timezone.now()}
    TrackingEvent.objects.create(message_id="1", recipient=EMAIL, letter=letter, **report)
    TrackingEvent.objects.create(message_id="2", recipient=MOVED, **report)


def tables():
    return set(connection.introspection.table_names()) - {"sqlite_sequence"}


def rows(table):
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}"')
        names = [column.name if hasattr(column, "name") else column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def contexts():
    fields = [field for model in apps.get_models() for field in model._meta.local_concrete_fields]
    return [field.context for field in fields if isinstance(field, crypto.EncryptedTextField)]


def text_of(value):
    """Return what a stored value says, decrypted where it is encrypted, for whatever column."""
    if not isinstance(value, bytes | memoryview):
        return str(value)
    for context in contexts():
        try:
            return crypto.decrypt(bytes(value), context=context)
        except crypto.CannotDecrypt:
            continue
    return bytes(value).decode(errors="replace")


def left():
    """Return the tables in which something of her stands, and what."""
    found = {}
    indexes = [*crypto.indexes(GONE["hetu"]), *crypto.indexes(NEW_CODE)]
    for table in tables():
        said = "\n".join(text_of(value) for row in rows(table) for value in row.values()).lower()
        values = {value for value in [*VALUES, *indexes] if value.lower() in said}
        if values:
            found[table] = values
    return found


def test_every_table_is_known_to_hold_something_of_a_person_or_nothing():
    """A new table that holds something stands in HOLDING and is filled in lived(): so erasing is proved for it."""
    lived(cast.OLLI)

    assert left().keys() == HOLDING
    assert tables() == HOLDING | HOLDING_NOTHING


def test_nothing_is_left_of_who_applied_alone():
    sent = lived()

    erasure.erase_person(slot(sent, GONE), reason="Asked for it", by=acting("supervisor"))

    assert left() == {}


def test_nothing_is_left_of_whose_code_has_changed():
    with_her_name(person(GONE))
    with_her_name(person({**GONE, "hetu": NEW_CODE, "last_name": f"{GONE['last_name']} Quill"}))
    sent = application(GONE)
    change_code(sent, who=GONE, code=NEW_CODE)
    now_known = {**GONE, "hetu": NEW_CODE}
    changes.withdraw(Application.objects.get(pk=sent.pk), by=actor(now_known))

    erasure.erase_person(slot(sent, now_known), reason="Asked for it", by=acting("supervisor"))

    assert left() == {}
    assert not Person.objects.exists()


def test_of_who_applied_with_others_only_what_they_confirmed_is_left():
    sent = lived(cast.OLLI)

    erasure.erase_person(slot(sent, GONE), reason="Asked for it", by=acting("supervisor"))

    found = left()
    assert {value for values in found.values() for value in values} & {EMAIL, OWN, MOVED, TYPED, PHONE} == set()
    assert found.keys() == {"applications_applicant", "applications_version", "identity_person", "mailing_letter"}
    assert not Letter.objects.filter(to__contains="xerxesina").exists()
    assert not Certificate.objects.exists()
