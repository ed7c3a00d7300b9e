"""Who somebody is. How they prove it each time is in the session (proof.py), never here."""

from django.contrib.auth.models import AbstractUser
from django.db import models

from identity import crypto
from identity.enums import Language


class User(AbstractUser):
    """Somebody who can sign in: a member of staff, or the sign-in of a person who is identified."""


class Person(models.Model):
    """A human being known by their personal identity code, which can change and so is never a key."""

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
        return f"{self.first_names} {self.last_name}"

    @property
    def hetu_indexes(self) -> list[str]:
        """The blind indexes that may stand for this person, under every live key."""
        return crypto.indexes(self.hetu or "")


class RateCount(models.Model):
    """How often something was tried from one place within one window of time."""

    key = models.CharField(max_length=120, primary_key=True)
    window = models.BigIntegerField(db_index=True)
    count = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.key
