"""What the demo remembers: of its broker, its applications, its letters, its practice day and its housing system."""

from django.db import models

from applications.models import Application
from core import crypto


class BrokerKey(models.Model):
    """The broker's own signing key: one row, made at first use."""

    private = crypto.EncryptedTextField(context="demo.broker_key.private")  # JWK

    def __str__(self) -> str:
        return f"broker key {self.pk}"


class Code(models.Model):
    """An authorization code that waits to be redeemed; redeeming deletes the row, so only one can."""

    code = models.CharField(max_length=43, primary_key=True)
    grant = crypto.EncryptedTextField(context="demo.code.grant")  # JSON, with somebody's personal code
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"code until {self.expires_at:%H:%M:%S}"


class UsedAssertion(models.Model):
    """The id of a client assertion that has been used once (RFC 7523 § 3, item 7)."""

    jti = models.CharField(max_length=200, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.jti


class DemoApplication(models.Model):
    """The application that stands for one story of the demo."""

    story = models.CharField(max_length=20, primary_key=True)
    # A supervisor may erase it. Then the story gets another one.
    application = models.OneToOneField(Application, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return self.story


class PracticeDay(models.Model):
    """The day of customers that is being played: one row, from its first start on."""

    begun_at = models.DateTimeField()
    # What the customer whose application cannot be found has on a piece of paper. No application has it.
    wrong_number = models.CharField(max_length=9)

    def __str__(self) -> str:
        return f"day of {self.begun_at:%d.%m.%Y}"


class DemoMail(models.Model):
    """A letter in the demo's inbox. It never leaves this machine."""

    received_at = models.DateTimeField(auto_now_add=True)
    to = models.CharField(max_length=254)
    language = models.CharField(max_length=2)
    subject = models.TextField()
    text = models.TextField()
    html = models.TextField()
    # The Message-ID of a letter that comes back, until that has been reported (inbox.report_bounces).
    to_report = models.CharField(max_length=300, blank=True, db_default="")
    came_back_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.subject


class DemoEvent(models.Model):
    """An event that the demo's housing system has received: what was sent, with a signature that was right."""

    webhook_id = models.CharField(max_length=100, unique=True)
    event = models.JSONField()
    received_at = models.DateTimeField(auto_now_add=True)
    # The same event may come again, and counts once.
    times = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.webhook_id
