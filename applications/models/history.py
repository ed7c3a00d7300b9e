"""Every change of the state of an application."""

from django.db import models
from django.db.models import Q

from applications.enums import Move, Source, State
from applications.models.application import Application
from identity.models import Person, User


class StateChange(models.Model):
    """One change of state: what, when, by whom, how, from, to (R19). Never edited."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="changes")
    move = models.CharField(max_length=9, choices=Move)
    from_state = models.CharField(max_length=9, choices=State, blank=True, db_default="")
    to_state = models.CharField(max_length=9, choices=State)
    at = models.DateTimeField()
    source = models.CharField(max_length=14, choices=Source)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    staff = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    how = models.CharField(max_length=100, blank=True, db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(source=Source.PERSON, person__isnull=False, staff=None)
                | Q(source=Source.COUNTER, person=None, staff__isnull=False)
                | (~Q(source__in=[Source.PERSON, Source.COUNTER]) & Q(person=None, staff=None)),
                name="state_change_by_whom",
            ),
        ]
        indexes = [models.Index("move", "at", name="state_change_by_time")]

    def __str__(self) -> str:
        return f"{self.application_id} {self.move}"
