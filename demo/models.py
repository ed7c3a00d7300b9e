"""What the demo remembers: of its broker, its applications, its letters, its practice day and its housing system."""

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from core import crypto

LENGTH_OF_BEGINNING = 140  # characters


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


class MailState(models.TextChoices):
    """Where a letter of the demo is. The words are those of a mail program."""

    INBOX = "inbox", _("In the inbox")
    WAITING = "waiting", _("Not accepted yet")
    REFUSED = "refused", _("Refused by the mail server")
    RETURNED = "returned", _("Came back")
    JUNK = "junk", _("In the junk mail folder")


class DemoMail(models.Model):
    """A letter in the demo's inbox. It never leaves this machine."""

    received_at = models.DateTimeField(default=timezone.now)  # of one that the mail server refused: when it was tried
    to = models.CharField(max_length=254)
    mailbox = models.GeneratedField(
        expression=Lower("to"), output_field=models.CharField(max_length=254), db_persist=True
    )
    name = models.TextField(blank=True, db_default="", default="")  # of whom it is for
    sender = models.TextField(blank=True, db_default="", default="")
    language = models.CharField(max_length=2)
    subject = models.TextField()
    text = models.TextField()
    html = models.TextField()
    message_id = models.CharField(max_length=300, blank=True, db_default="", default="", db_index=True)
    state = models.CharField(max_length=8, choices=MailState, db_default=MailState.INBOX, default=MailState.INBOX)
    tries = models.PositiveSmallIntegerField(db_default=0, default=0)
    # When the next report on it is due (odd_addresses.py), and how many there have been.
    report_at = models.DateTimeField(null=True, db_index=True)
    reported = models.PositiveSmallIntegerField(db_default=0, default=0)
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["mailbox", "-received_at", "-id"], name="demo_mail_of_mailbox")]

    def __str__(self) -> str:
        return self.subject

    @property
    def is_unread(self) -> bool:
        """Whether it lies in its mailbox and nobody has opened it."""
        return self.read_at is None and self.state == MailState.INBOX

    @property
    def beginning(self) -> str:
        """What a mail program shows beside the subject, with which our texts begin."""
        return " ".join(self.text.removeprefix(self.subject).split())[:LENGTH_OF_BEGINNING]


class DemoEvent(models.Model):
    """An event that the demo's housing system has received: what was sent, with a signature that was right."""

    webhook_id = models.CharField(max_length=100, unique=True)
    event = models.JSONField()
    received_at = models.DateTimeField(auto_now_add=True)
    # The same event may come again, and counts once.
    times = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.webhook_id
