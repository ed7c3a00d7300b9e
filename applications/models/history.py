"""What happened to an application: every change of its state, and all that housing systems are told of."""

from django.db import models
from django.db.models import Q

from applications.enums import Happened, State, Transition
from applications.models.applicant import Applicant
from applications.models.application import Application
from applications.models.version import Version
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


class Happening(models.Model):
    """What housing systems are told: what happened to an application, and how it stood then (J8). Never edited.

    Written with what it tells of, under the lock of the application, so the rows of one stand in their order.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="happenings")
    kind = models.CharField(max_length=24, choices=Happened)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, null=True, related_name="+")  # whom it concerns
    change = models.OneToOneField(StateChange, on_delete=models.PROTECT, null=True, related_name="happening")
    state = models.CharField(max_length=9, choices=State)
    valid_until = models.DateField()
    source = models.CharField(max_length=14, choices=Source)  # through which channel somebody acted
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=Transition.values, change__isnull=False)
                | (~Q(kind__in=Transition.values) & Q(change=None)),
                name="happening_with_its_change",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.kind}"
