"""The clients of the API, what they have sent, and the events that they are sent in return."""

import uuid
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models import Application, Happening, Origin
from core import crypto
from core.leases import FREE, Leased, lease_constraint
from upstream.enums import Failure, Status

REQUESTS_A_MINUTE, MOST_REQUESTS_A_MINUTE = 300, 10_000  # of a client, unless the operator says otherwise; at most
UNENDED = Q(delivered_at=None, given_up_at=None)


def new_uid() -> str:
    """Return a new id of an event."""
    return str(uuid.uuid4())


class ApiClient(models.Model):
    """A system that may send applications: known by the SHA-256 digest of its token, never by the token."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, db_default=Now(), editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)
    origin = models.OneToOneField(Origin, on_delete=models.PROTECT, related_name="client", editable=False)
    requests_a_minute = models.PositiveSmallIntegerField(
        _("requests a minute"),
        default=REQUESTS_A_MINUTE,
        db_default=REQUESTS_A_MINUTE,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_REQUESTS_A_MINUTE)],
        help_text=_("How many requests the client may make within a minute"),
    )
    receives_forms = models.BooleanField(
        _("receives the applications filled in here"), default=False, db_default=False
    )

    class Meta:
        verbose_name = _("API client")
        verbose_name_plural = _("API clients")
        constraints = [
            models.CheckConstraint(
                condition=Q(requests_a_minute__range=(1, MOST_REQUESTS_A_MINUTE)), name="api_client_may_ask"
            ),
            models.UniqueConstraint(
                "receives_forms", condition=Q(receives_forms=True, revoked_at=None), name="one_client_receives_forms"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Intake(models.Model):
    """One application as its client knows it: under the client's own number, once.

    An application that was filled in here has none until its client gives it one.
    """

    client = models.ForeignKey(ApiClient, on_delete=models.PROTECT, related_name="intakes", db_index=False)
    reference = models.CharField(max_length=64, null=True)
    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="intake")

    class Meta:
        constraints = [models.UniqueConstraint("client", "reference", name="intake_reference_once")]
        indexes = [models.Index("client", "id", name="intake_of_client")]

    def __str__(self) -> str:
        return f"{self.client_id}/{self.reference}"


class IdempotencyRecord(models.Model):
    """The answer that a client got for one of its keys, kept so that a repeated request gets it again."""

    client = models.ForeignKey(ApiClient, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=255)
    request_digest = models.CharField(max_length=64, db_column="body_digest")  # the body was once all of it
    status_code = models.PositiveSmallIntegerField()
    answer = models.JSONField()
    tag = models.CharField(max_length=64, db_default="")  # of what the answer tells of
    created_at = models.DateTimeField(default=timezone.now, db_default=Now(), db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint("client", "key", name="idempotency_key_once")]

    def __str__(self) -> str:
        return f"{self.client_id}/{self.key}"


class Event(models.Model):
    """One happening as its client is told of it, always in the same words.

    The primary key is the place in the client's order of events: events.collect assigns it so that no new event ever
    has a lower number than one that its client has seen. A database that is restored gives the same numbers again, so
    the id of the CloudEvent is a random one.
    """

    uid = models.CharField(max_length=36, unique=True, default=new_uid)
    client = models.ForeignKey(ApiClient, on_delete=models.PROTECT, related_name="events", db_index=False)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="+", db_index=False)
    happening = models.OneToOneField(Happening, on_delete=models.CASCADE, related_name="event")
    data = models.JSONField()
    collected_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index("client", "id", name="event_of_client"),
            models.Index("client", "collected_at", name="event_of_client_by_time"),
            models.Index("application", "id", name="event_of_application"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class LostNumbers(models.Model):
    """Numbers of events that were given before a restore, or may have been, and are given to no event afterwards.

    They follow `after` and go up to `until`.
    """

    after = models.BigIntegerField()
    until = models.BigIntegerField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.after}–{self.until}"


class WebhookEndpointQuerySet(models.QuerySet["WebhookEndpoint"]):
    def live(self) -> Self:
        """Return the endpoints to which events may be sent."""
        return self.filter(disabled_at=None, client__revoked_at=None)


class WebhookEndpoint(models.Model):
    """An address that takes a client's events. A former secret signs beside the present one until its time is over."""

    client = models.ForeignKey(
        ApiClient, on_delete=models.PROTECT, related_name="endpoints", verbose_name=_("API client")
    )
    url = models.CharField(_("address"), max_length=500)
    secret = crypto.EncryptedTextField(context="upstream.webhookendpoint.secret")
    former_secret = crypto.EncryptedTextField(context="upstream.webhookendpoint.former_secret", null=True)
    former_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    paused_until = models.DateTimeField(null=True, editable=False)  # it did not answer: nothing is sent until then
    disabled_at = models.DateTimeField(_("disabled"), null=True, editable=False)

    objects = WebhookEndpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("receiver of events")
        verbose_name_plural = _("receivers of events")
        constraints = [
            models.UniqueConstraint(
                "client", "url", condition=Q(disabled_at=None), name="webhook_endpoint_once_while_live"
            ),
            models.CheckConstraint(
                condition=Q(former_secret=None, former_until=None)
                | Q(former_secret__isnull=False, former_until__isnull=False),
                name="webhook_endpoint_former_secret_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.url


class WebhookDeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    def due(self, endpoint: WebhookEndpoint) -> Self:
        """Return the deliveries that are due at an endpoint by the database's clock and free, the oldest first.

        Of each application only the first unended event is due: the next one waits for it.
        """
        earlier = WebhookDelivery.objects.filter(
            UNENDED, endpoint=OuterRef("endpoint"), application=OuterRef("application"), event__lt=OuterRef("event")
        )
        free = self.filter(UNENDED, FREE, held_at=None, endpoint=endpoint, due_at__lte=Now())
        waiting = free.filter(~Exists(earlier))
        return waiting.order_by("due_at", "event")

    def unended(self) -> Self:
        return self.filter(UNENDED)


class WebhookDelivery(Leased):
    """One event on its way to one endpoint: tried until the endpoint takes it, or given up after some days."""

    endpoint = models.ForeignKey(
        WebhookEndpoint,
        on_delete=models.PROTECT,
        related_name="deliveries",
        verbose_name=_("receiver of events"),
        db_index=False,
    )
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries", verbose_name=_("event"))
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="+", db_index=False)
    created_at = models.DateTimeField(_("created"), db_default=Now())
    due_at = models.DateTimeField(_("due"), db_default=Now())
    tried_until = models.DateTimeField(_("tried until"))
    held_at = models.DateTimeField(null=True)  # since a restore, until the operator releases it (restored_events.py)

    failure = models.CharField(_("failure"), max_length=11, choices=Failure, blank=True, db_default="")
    status_code = models.PositiveSmallIntegerField(_("answer"), null=True)  # of the last try that was answered

    delivered_at = models.DateTimeField(_("delivered"), null=True)
    given_up_at = models.DateTimeField(_("given up"), null=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery of an event")
        verbose_name_plural = _("deliveries of events")
        indexes = [
            models.Index("endpoint", "due_at", "event", condition=UNENDED, name="webhook_delivery_due"),
            models.Index("application", "endpoint", "event", condition=UNENDED, name="webhook_delivery_in_order"),
            models.Index("application", name="webhook_delivery_about"),
            models.Index("failure", condition=~Q(failure=""), name="webhook_delivery_failed"),
            models.Index(
                "given_up_at", "endpoint", condition=Q(given_up_at__isnull=False), name="webhook_delivery_given_up"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "event"], name="webhook_delivery_once"),
            models.CheckConstraint(
                condition=Q(delivered_at=None) | Q(given_up_at=None), name="webhook_delivery_ends_in_one_way"
            ),
            models.CheckConstraint(
                condition=Q(given_up_at=None) | ~Q(failure=""), name="webhook_delivery_given_up_for_a_reason"
            ),
            lease_constraint(UNENDED, name="webhook_delivery_lease_whole_and_only_while_unended"),
            models.CheckConstraint(
                condition=Q(held_at=None) | UNENDED & Q(lease=None), name="webhook_delivery_held_waits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.endpoint_id}/{self.event_id}"

    @property
    def status(self) -> Status:
        """What is known of this delivery."""
        if self.delivered_at:
            return Status.DELIVERED
        if self.given_up_at:
            return Status.GIVEN_UP
        if self.held_at:
            return Status.HELD
        return Status.DELAYED if self.failure else Status.WAITING
