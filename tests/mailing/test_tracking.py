import base64
import datetime as dt

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from core.leases import give_back
from mailing import outbox, tracking, tries
from mailing.enums import Failure, Status
from mailing.models import Letter, TrackingEvent
from mailing.webhooks import tracking_webhooks
from tests.mailing.letters import queued

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.mailing.urls")]

AT = "2026-11-21T10:00:00Z"
SECRET = "provider:a long secret"


@pytest.fixture(autouse=True)
def _secret(settings):
    settings.ANYMAIL = {**settings.ANYMAIL, "WEBHOOK_SECRET": [SECRET]}


@pytest.fixture
def report(client):
    """Return a function by which the provider reports."""

    def post(kind, letter=None, *, at=AT, number="p-1", secret=SECRET, **more):
        named = {"letter": letter.message_id.strip("<>")} if letter else {}
        event = {
            "RecordType": kind,
            "MessageID": number,
            "Metadata": named,
            "Recipient": "Maija@example.test",
            {"Delivery": "DeliveredAt", "Bounce": "BouncedAt"}.get(kind, "ReceivedAt"): at,
            **more,
        }
        credentials = base64.b64encode(secret.encode()).decode()
        return client.post(
            "/anymail/postmark/tracking/",
            event,
            content_type="application/json",
            HTTP_AUTHORIZATION=f"Basic {credentials}",
        )

    return post


def sent():
    letter = queued()
    give_back(tries.claim_letter(), sent_at=Now(), provider="Postmark", provider_message_id="p-1")
    return letter


def refreshed(letter):
    return Letter.objects.get(pk=letter.pk)


@pytest.mark.parametrize(
    ("kind", "more", "status"),
    [
        ("Delivery", {}, Status.DELIVERED),
        ("Bounce", {"Type": "HardBounce"}, Status.UNDELIVERABLE),
        ("Bounce", {"Type": "BadEmailAddress"}, Status.UNDELIVERABLE),
        ("Bounce", {"Type": "TemplateRenderingFailed"}, Status.DELAYED),
        ("SpamComplaint", {"Type": "SpamComplaint"}, Status.COMPLAINED),
        ("Bounce", {"Type": "Transient"}, Status.DELAYED),
    ],
)
def test_letter_is_followed(report, kind, more, status):
    letter = sent()

    assert report(kind, letter, **more).status_code == 200
    assert refreshed(letter).status == status


@pytest.mark.parametrize("kind", ["Open", "Click", "SubscriptionChange"])
def test_what_people_do_with_a_letter_is_never_stored(report, kind):
    letter = sent()

    assert report(kind, letter, SuppressSending=False).status_code == 200
    assert TrackingEvent.objects.count() == 0
    assert refreshed(letter).status == Status.SENT


def test_repeated_report_is_one_row(report):
    letter = sent()

    for _ in range(3):
        report("Delivery", letter)

    assert TrackingEvent.objects.count() == 1
    assert refreshed(letter).delivered_at == dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)


def test_what_happened_last_counts_in_whichever_order_it_is_reported(report):
    """Servers return out of band what they took, and providers report in any order."""
    later, earlier = "2026-11-21T11:00:00Z", "2026-11-21T09:00:00Z"
    letter = sent()

    def told(*arguments, **more):
        report(*arguments, **more)
        return refreshed(letter).status

    assert told("Delivery", letter) == Status.DELIVERED
    assert told("Bounce", letter, at=earlier, Type="SoftBounce") == Status.DELIVERED
    assert told("Bounce", letter, at=later, Type="HardBounce", Details="550 5.1.1 Unknown") == Status.UNDELIVERABLE
    assert told("Delivery", letter, at="2026-11-21T10:30:00Z") == Status.UNDELIVERABLE
    assert refreshed(letter).failure == Failure.NO_ADDRESS


def test_report_that_we_are_refused_blames_no_address_and_the_letter_leaves_once_more(report, caplog):
    letter = sent()

    report("Bounce", letter, Type="HardBounce", Details="550 5.7.1 Relaying denied")
    after = refreshed(letter)
    report("Bounce", letter, Type="HardBounce", Details="550 5.7.1 Relaying denied")  # the same, repeated

    assert (after.status, after.failure, after.sent_at) == (Status.DELAYED, Failure.SENDER, None)
    assert after.due_at > timezone.now()
    assert refreshed(letter).due_at == after.due_at
    assert not outbox.is_unreachable(letter.to)
    [error] = [record for record in caplog.records if record.levelname == "ERROR"]  # for the operator's alarm
    assert (error.name, error.letter, error.outcome) == ("mailing", letter.pk, "sender")


def test_report_of_an_earlier_try_changes_nothing_of_a_later_one(report):
    letter = sent()
    report("Bounce", letter, Type="HardBounce", Details="550 5.7.1 Relaying denied")
    Letter.objects.update(due_at=timezone.now() - dt.timedelta(minutes=1))
    give_back(tries.claim_letter(), sent_at=Now(), failure="", provider="Postmark", provider_message_id="p-2")

    report("Bounce", letter, at="2026-11-21T10:01:00Z", Type="HardBounce", Details="550 5.1.1 Unknown")

    assert refreshed(letter).status == Status.SENT


def refused_as_senders(report, letter, **more):
    return report("Bounce", letter, Type="HardBounce", Details="550 5.7.26 Unauthenticated email", **more)


@pytest.mark.parametrize(
    ("kind", "at"), [("Transient", "2026-11-21T09:59:00Z"), ("HardBounce", "2026-11-21T10:01:00Z")]
)
def test_late_report_of_the_try_that_came_back_does_not_keep_the_letter_from_leaving_again(report, kind, at):
    letter = sent()
    refused_as_senders(report, letter)

    report("Bounce", letter, Type=kind, at=at)

    assert (refreshed(letter).sent_at, refreshed(letter).failure) == (None, Failure.SENDER)


def test_letter_that_comes_back_again_and_again_leaves_a_few_times_in_three_days(report):
    """Whoever forwards their mail to a server that refuses us then has a copy of each (SPF does not hold for it)."""
    letter, delays = sent(), []

    while refreshed(letter).sent_at:
        number = f"p-{len(delays) + 1}"
        Letter.objects.update(provider_message_id=number)
        refused_as_senders(report, letter, number=number)
        if refreshed(letter).dead_at:
            break
        delays.append(refreshed(letter).due_at - timezone.now())
        Letter.objects.update(due_at=timezone.now() - dt.timedelta(minutes=1))
        give_back(tries.claim_letter(), sent_at=Now(), failure="", provider="Postmark")

    assert len(delays) == 4
    assert dt.timedelta(days=2.9) < sum(delays, dt.timedelta()) <= dt.timedelta(days=3)
    assert (refreshed(letter).status, refreshed(letter).failure) == (Status.UNDELIVERABLE, Failure.SENDER)


@pytest.mark.parametrize("kind", ["Delivery", "Bounce"])
def test_report_of_a_former_address_says_nothing_of_the_present_one(report, kind):
    letter = sent()
    refused_as_senders(report, letter)
    outbox.readdress(Letter.objects.all(), to="maija@example.org", language="fi")

    report(kind, letter, at="2026-11-21T11:00:00Z")

    assert (refreshed(letter).sent_at, refreshed(letter).status) == (None, Status.WAITING)


def test_report_on_a_letter_readdressed_in_hand_counts_once_the_worker_has_recorded_it(report):
    letter = queued()
    held = tries.claim_letter()
    outbox.readdress(Letter.objects.all(), to="maija@example.org", language="fi")

    report("Delivery", letter)
    give_back(held, to=held.to, sent_at=Now(), provider="Postmark", provider_message_id="p-1")
    tracking.match_early()

    assert (refreshed(letter).to, refreshed(letter).status) == ("maija@example.test", Status.DELIVERED)


def test_report_from_the_future_counts_from_now(report):
    """Otherwise an outage would not be seen until then."""
    letter = queued()
    tries.claim_letter()

    report("Bounce", letter, at="2099-01-01T00:00:00Z", Type="HardBounce")
    report("Delivery", letter, at=(timezone.now() + dt.timedelta(seconds=5)).isoformat())

    assert refreshed(letter).status == Status.DELIVERED
    assert refreshed(letter).sent_at <= timezone.now()


def test_delay_reported_after_we_were_refused_keeps_the_letter_from_nothing(report):
    letter = sent()
    report("Bounce", letter, Type="HardBounce", Details="550 5.7.1 Relaying denied")
    due_again = refreshed(letter)

    report("Bounce", letter, at="2026-11-21T09:00:00Z", Type="Transient")

    assert refreshed(letter).sent_at is None
    assert (refreshed(letter).due_at, refreshed(letter).failure) == (due_again.due_at, Failure.SENDER)


def test_delay_at_the_receiving_server_is_known_until_the_letter_has_arrived(report):
    letter = sent()

    report("Bounce", letter, Type="Transient", Details="452 4.2.2 Over quota")
    delayed = refreshed(letter)
    report("Delivery", letter, at="2026-11-21T11:00:00Z")

    assert (delayed.status, delayed.failure) == (Status.DELAYED, Failure.FULL)
    assert (refreshed(letter).status, refreshed(letter).failure) == (Status.DELIVERED, "")


def test_delay_reported_after_the_delivery_changes_nothing(report):
    letter = sent()

    report("Delivery", letter)
    report("Bounce", letter, at="2026-11-21T09:59:00Z", Type="Transient")

    assert refreshed(letter).status == Status.DELIVERED


def test_bounce_that_came_before_the_delivery_is_taken_back(report):
    letter = sent()

    report("Bounce", letter, Type="SoftBounce")
    report("Delivery", letter, at="2026-11-21T10:00:01Z")

    assert (refreshed(letter).status, refreshed(letter).bounced_at) == (Status.DELIVERED, None)


def test_complaint_is_seen_beside_the_delivery(report):
    letter = sent()

    report("SpamComplaint", letter, Type="SpamComplaint")
    report("Delivery", letter)

    assert refreshed(letter).status == Status.COMPLAINED
    assert refreshed(letter).delivered_at is not None


def test_report_before_our_worker_said_that_it_sent_the_letter_says_so_itself(report):
    letter = queued()
    held = tries.claim_letter()

    report("Delivery", letter)

    assert refreshed(letter).status == Status.DELIVERED
    assert give_back(held, sent_at=Now()) is False
    assert tries.claim_letter() is None


def test_report_that_names_no_letter_is_kept_until_its_number_is_known(report):
    letter = queued()
    held = tries.claim_letter()

    report("Bounce", number="p-1", Type="HardBounce")
    tracking.match_early()
    before = refreshed(letter).status
    give_back(held, sent_at=Now(), provider="Postmark", provider_message_id="p-1")
    tracking.match_early()

    assert (before, refreshed(letter).status) == (Status.WAITING, Status.UNDELIVERABLE)
    assert [event.letter for event in TrackingEvent.objects.all()] == [letter]


def test_report_of_a_letter_by_its_number_alone(report):
    letter = sent()

    report("Delivery", number="p-1")

    assert refreshed(letter).status == Status.DELIVERED


def test_report_of_somebody_else_s_letter_changes_nothing_and_is_forgotten(report):
    letter = queued()

    report("Delivery", number="")
    report("Delivery", number="other")
    TrackingEvent.objects.filter(message_id="other").update(received_at=timezone.now() - dt.timedelta(days=8))
    tracking.match_early()

    assert refreshed(letter).status == Status.WAITING
    assert [event.message_id for event in TrackingEvent.objects.all()] == [""]


def test_report_without_a_time_is_one_row_and_counts_from_now(report):
    letter = sent()

    for _ in range(2):
        report("Delivery", letter, at=None, DeliveredAt="no time")

    assert TrackingEvent.objects.count() == 1
    assert timezone.now() - refreshed(letter).delivered_at < dt.timedelta(minutes=1)


@pytest.mark.parametrize("secret", ["", "provider:", "provider:a long secrex", "other:a long secret"])
def test_forged_report_is_refused(report, secret):
    letter = sent()

    assert report("Delivery", letter, secret=secret).status_code == 400
    assert TrackingEvent.objects.count() == 0
    assert refreshed(letter).status == Status.SENT


@pytest.mark.parametrize("hostile", ["\0", "x" * 5000, "' OR 1=1 --", {"a": 1}, ["a"]])
def test_odd_values_break_nothing(report, hostile):
    letter = sent()

    response = report("Delivery", letter, number=hostile, Metadata={"letter": hostile}, Recipient=hostile)

    assert response.status_code == 200
    assert refreshed(letter).status == Status.SENT


# --- Which webhooks there are ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("backend", "more", "served"),
    [
        ("postmark", {}, ["postmark/tracking/"]),
        ("postmark", {"WEBHOOK_SECRET": []}, []),
        ("mailgun", {}, []),  # without its key nobody could sign
        ("mailgun", {"MAILGUN_WEBHOOK_SIGNING_KEY": "k"}, ["mailgun/tracking/"]),
        ("mailgun", {"MAILGUN_WEBHOOK_SIGNING_KEY": "k", "WEBHOOK_SECRET": []}, ["mailgun/tracking/"]),
    ],
)
def test_only_the_webhook_of_the_provider_is_served_and_only_if_it_is_guarded(settings, backend, more, served):
    settings.ANYMAIL = {**settings.ANYMAIL, **more}

    patterns = tracking_webhooks(f"anymail.backends.{backend}.EmailBackend")

    assert [str(pattern.pattern) for pattern in patterns] == served


def test_mail_server_has_no_webhook():
    assert tracking_webhooks("django.core.mail.backends.smtp.EmailBackend") == []


@pytest.mark.parametrize(
    ("said", "bounce"),
    [
        ("smtp;550 5.1.1 The email account does not exist", Failure.NO_ADDRESS),
        ("550 5.1.10 RESOLVER.ADR.RecipientNotFound", Failure.NO_ADDRESS),
        ("smtp;452 4.2.2 The email account is over quota", Failure.FULL),
        ("554 5.7.1 Message rejected as spam", Failure.REFUSED),
        ("550 5.0.0 Something", Failure.BUSY),
        ("Sent to 10.5.1.1 and 5.1.1.7", Failure.BUSY),
        ("", Failure.BUSY),
    ],
)
def test_reason_of_a_bounce_is_known_by_the_code_of_the_receiving_server(report, said, bounce):
    letter = sent()

    report("Bounce", letter, Type="SoftBounce", Description="", Details=said)

    assert [event.bounce for event in refreshed(letter).events.all()] == [bounce]


@pytest.mark.parametrize(("kind", "bounce"), [("BadEmailAddress", Failure.NO_ADDRESS), ("Blocked", Failure.SENDER)])
def test_reason_of_a_bounce_without_a_code_is_the_providers(report, kind, bounce):
    letter = sent()

    report("Bounce", letter, Type=kind, Description="", Details="")

    assert [event.bounce for event in refreshed(letter).events.all()] == [bounce]
