"""Users, people and accounts. How a person proves who they are is in the session (proof.py), never here."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now
from django.dispatch import receiver
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from core import crypto, stored
from core.actors import Role
from core.personal_names import joined_name
from identity.enums import Language, StaffChangeKind

MOST_WRONG_TRIES = 10  # of about 900 codes of one birth date; a new link does not begin the count anew


class User(AbstractUser):
    """The sign-in of a member of staff, or of an identified person."""

    # A keyed digest of the place of their last log-in with a password. Guesses elsewhere do not lock them out there.
    known_client = models.CharField(max_length=32, blank=True, db_default="", editable=False)
    # Every session belongs to one; with the next one all former sessions end.
    session_series = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    # In which a member of staff gets emails. That of an identified person stands with the person.
    language = models.CharField(
        _("language of emails"), max_length=2, choices=Language, default=Language.FINNISH, db_default=Language.FINNISH
    )

    class Meta(AbstractUser.Meta):
        indexes = [models.Index(fields=["username"], condition=Q(is_staff=True), name="user_of_staff")]

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what each session of this user must hold: it changes with the password and with the series."""
        text = f"{self.session_series} {self.password}"
        return salted_hmac("identity.user.session", text, secret=secret, algorithm="sha256").hexdigest()


@receiver(user_logged_in, dispatch_uid="update_last_login")
def _note_log_in(user: User, **_others: Any) -> None:
    """Note when somebody logs in, in place of Django's receiver of that name: by a statement made once (ADR 62)."""
    user.last_login = timezone.now()
    stored.update(user, "last_login")


class SignedInSession(AbstractBaseSession):
    """A session as Django stores it, and besides whose it is: so its user is read along with it (ADR 65).

    Nothing says whose it is while nobody is signed in, and in sessions that the release before wrote.
    """

    user = models.ForeignKey(User, on_delete=models.DO_NOTHING, null=True, db_constraint=False, related_name="+")

    class Meta:
        managed = False  # django.contrib.sessions has made the table, and the migrations here the column
        db_table = "django_session"
        default_permissions = ()


class StaffChange(models.Model):
    """A change of a member of staff who reads people's data: asked for by one colleague, decided by another (C1)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="staff_changes")
    kind = models.CharField(max_length=8, choices=StaffChangeKind)
    role = models.CharField(max_length=150, blank=True, db_default="")  # the name of the group
    # Where the link for a password goes; for a role, where the last one went, which a colleague is shown.
    email = models.EmailField(blank=True, default="", db_default="")
    # Hashed, and only while it waits: of changes that the release before asked for. Now everybody sets their own.
    password = models.CharField(max_length=128, blank=True, default="", db_default="")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    accepted = models.BooleanField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None, decided_at=None, accepted=None)
                | Q(decided_by__isnull=False, decided_at__isnull=False, accepted__isnull=False, password=""),
                name="staff_change_decided_or_not",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")) & ~Q(decided_by=F("user")),
                name="staff_change_decided_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=Q(kind=StaffChangeKind.ROLE, password="") & ~Q(role="")
                | Q(kind__in=[StaffChangeKind.PASSWORD, StaffChangeKind.FACTORS], role=""),
                name="staff_change_of_its_kind",
            ),
            models.UniqueConstraint(
                "user", "kind", "role", condition=Q(decided_at=None), name="staff_change_waits_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"

    @property
    def role_name(self) -> str:
        """The role that is asked for, in the language of the page; empty for other changes."""
        return Role.name_of(self.role)


class StaffLink(models.Model):
    """A link by which a member of staff sets their own password (ADR 43). Only the hash of its token is stored."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="staff_links")
    email = models.EmailField()  # where it went
    nonce = models.CharField(max_length=32)
    token_hash = models.CharField(max_length=80, unique=True)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(used_at=None, replaced_at=None), name="staff_link_one_live"
            ),
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(replaced_at=None), name="staff_link_used_or_replaced"
            ),
        ]

    def __str__(self) -> str:
        return f"staff link {self.pk}"


class DirectoryIdentity(models.Model):
    """By what the City's directory knows a member of staff, whatever their name or address (ADR 58)."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="directory_identity")
    issuer = models.CharField(max_length=200)
    subject = models.CharField(max_length=255)
    linked_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="directory_identity_of_one_user")]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.issuer}"


class DirectorySession(models.Model):
    """A session that came through the directory. It goes on only while this row is there (directory_sessions.py)."""

    identity = models.ForeignKey(DirectoryIdentity, on_delete=models.CASCADE, related_name="sessions")
    sid = models.CharField(max_length=64, blank=True, default="", db_default="")  # a digest of the directory's name
    began_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["sid"], name="directory_session_by_sid")]

    def __str__(self) -> str:
        return f"directory session {self.pk}"


class Person(models.Model):
    """A person with a personal identity code, which can change and so is never a key."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="person")
    hetu = crypto.EncryptedTextField(context="identity.person.hetu")
    hetu_index = models.CharField(max_length=80, unique=True)
    first_names = models.CharField(max_length=200)
    last_name = models.CharField(max_length=200)
    birth_date = models.DateField()
    language = models.CharField(max_length=2, choices=Language)
    created_at = models.DateTimeField(auto_now_add=True)
    identified_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return joined_name(self.first_names, self.last_name)

    @property
    def hetu_indexes(self) -> list[str]:
        """The blind indexes that may stand for this person, under every live key."""
        return crypto.indexes(self.hetu or "")


class Account(models.Model):
    """The password account of a person without electronic identification, which stands on a counter check (J5).

    The password is the user's. The last check that allowed to issue or to move the account is what it rests on (C5).
    Checks lie in a room above, so a setting names their model.
    """

    user = models.OneToOneField(User, verbose_name=_("user"), on_delete=models.PROTECT, related_name="account")
    email = models.EmailField(_("email address"))  # in lower case
    id_check = models.ForeignKey(
        settings.ACCOUNT_EVIDENCE,
        verbose_name=_("ID check"),
        to_field="account_key",  # which a check has if it can bear an account
        on_delete=models.PROTECT,
        null=True,  # once the account is closed and the application of its check is removed
        related_name="accounts",
    )
    issued_at = models.DateTimeField(_("issued"), db_default=Now())
    verified_at = models.DateTimeField(_("address verified"), null=True)  # when a password was set from a link
    closed_at = models.DateTimeField(_("closed"), null=True)
    # How often somebody with a link gave the end of another code, since the account was issued or a password set.
    wrong_tries = models.PositiveSmallIntegerField(_("failed attempts"), default=0, db_default=0)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        indexes = [
            models.Index("issued_at", condition=Q(verified_at=None, closed_at=None), name="account_without_password")
        ]
        constraints = [
            # R15, whatever the case of letters, by the second constraint. Closed accounts free their address.
            models.UniqueConstraint(fields=["email"], condition=Q(closed_at=None), name="account_address_of_its_own"),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="account_address_in_small_letters"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=False) | Q(id_check__isnull=False), name="account_open_rests_on_check"
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def is_locked(self) -> bool:
        """Whether no link sets a password, until the holder has shown their document at the counter again."""
        return self.wrong_tries >= MOST_WRONG_TRIES


class AccountLink(models.Model):
    """A link by which the holder of an account sets a password. Only the hash of its token is stored."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="links")
    nonce = models.CharField(max_length=32)
    token_hash = models.CharField(max_length=80, unique=True)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(used_at=None, replaced_at=None), name="account_link_one_live"
            ),
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(replaced_at=None), name="account_link_used_or_replaced"
            ),
        ]

    def __str__(self) -> str:
        return f"link {self.pk}"


class LinkRequest(models.Model):
    """Somebody asked for a link at an address that may be anybody's. The worker answers it and deletes it."""

    email = models.EmailField()
    asked_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"request {self.pk}"


class RateCount(models.Model):
    """How often something was tried from one place within one window of time."""

    key = models.CharField(max_length=120, primary_key=True)
    # When its window is over, in seconds since 1970. The column once numbered minutes, which are long over.
    ends = models.BigIntegerField(db_index=True, db_column="window")
    count = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.key


class BrokerOutage(models.Model):
    """Identifications by one broker failed, and none has succeeded since. With the next that does, the row goes."""

    provider = models.CharField(max_length=40, primary_key=True)  # the id of the setting
    since = models.DateTimeField()  # the first of the failures
    last_at = models.DateTimeField()
    failures = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.provider
