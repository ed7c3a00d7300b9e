"""A personal identity code that the counter learned of somebody who applied without it, or under another one (R3)."""

from typing import Self

from django.db import models
from django.db.models import F, Q

from applications.models.id_check import IdCheck
from core import crypto
from core.among import AmongFound
from identity.models import Person


class LearnedCodeQuerySet(models.QuerySet["LearnedCode"]):
    def in_effect(self) -> Self:
        """Those by which slots bear their code: the check is sound, and nobody has undone it."""
        return self.filter(took_effect_at__isnull=False, ended_at=None)


def belongs_to(person: Person | int, path: str = "person") -> Q:
    """Return the condition that a row is this person's, or of one with this key. `path` leads from it to the person.

    Whoever was known by two codes has two rows of Person, of which one holds their present code. Both are looked for
    first: otherwise the database would read all rows of everybody.
    """
    key = person.pk if isinstance(person, Person) else person
    known = LearnedCode.objects.in_effect()
    others = known.filter(holder=key).values("other_holder"), known.filter(other_holder=key).values("holder")
    return Q(**{path: key}) | Q(AmongFound(path, others[0])) | Q(AmongFound(path, others[1]))


class LearnedCode(models.Model):
    """The code that the document at one ID check bore, where the slot had none or another one.

    While the check waits for a second look, so does the code. The row never changes, except that its code takes
    effect, and ends when the check is undone (C5). Of a check that was rejected no code is kept.
    """

    id_check = models.OneToOneField(IdCheck, on_delete=models.PROTECT, related_name="learned_code")
    hetu = crypto.EncryptedTextField(context="applications.learnedcode.hetu")
    hetu_index = models.CharField(max_length=80, db_index=True)
    # What the slot had then; none if its person applied without a code.
    former_hetu = crypto.EncryptedTextField(context="applications.learnedcode.former_hetu", null=True)
    former_hetu_index = models.CharField(max_length=80, null=True, db_index=True)
    # Who was known by the former code when the new one took effect, and who by the new one: the same person.
    holder = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    other_holder = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    took_effect_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = LearnedCodeQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(former_hetu__isnull=True, former_hetu_index__isnull=True)
                | Q(former_hetu__isnull=False, former_hetu_index__isnull=False),
                name="learned_code_former_with_index",
            ),
            models.CheckConstraint(
                condition=Q(former_hetu_index=None) | ~Q(former_hetu_index=F("hetu_index")),
                name="learned_code_is_another",
            ),
            models.CheckConstraint(
                condition=Q(took_effect_at__isnull=False) | Q(ended_at=None, holder=None, other_holder=None),
                name="learned_code_waits_or_took_effect",
            ),
            models.CheckConstraint(
                condition=Q(former_hetu_index__isnull=False) | Q(holder=None, other_holder=None),
                name="learned_code_holders_of_two_codes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id_check_id}"
