"""Every change of the state of an application."""

from django.db import models
from django.db.models import Q

from applications.enums import State, Transition
from applications.models.application import Application
from core.actors import Role, Source
from identity.enums import Method
from identity.models import User


class StateChange(models.Model):
    """One change of state: what, when, by whom, how, from, to (R19). Never edited."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="changes")
    transition = models.CharField(max_length=9, choices=Transition)
    from_state = models.CharField(max_length=9, choices=State, blank=True, db_default="")
    to_state = models.CharField(max_length=9, choices=State)
    at = models.DateTimeField()
    # Who acted, as core.actors.Actor has it.
    role = models.CharField(max_length=20, choices=Role)
    source = models.CharField(max_length=14, choices=Source)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=200, blank=True, db_default="")
    how = models.CharField(max_length=8, choices=Method, blank=True, db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(source__in=[Source.PERSON, Source.COUNTER], user__isnull=False, name="")
                | (Q(source=Source.HOUSING_SYSTEM, user=None) & ~Q(name=""))
                | Q(source__in=[Source.CLOCK, Source.FORM], user=None, name=""),
                name="state_change_by_whom",
            ),
        ]
        indexes = [models.Index("transition", "at", name="state_change_by_time")]

    def __str__(self) -> str:
        return f"{self.application_id} {self.transition}"
