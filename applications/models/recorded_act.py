"""What an applicant did at the counter besides confirming, and on which evidence."""

from django.db import models
from django.db.models import Q

from applications.enums import Act
from applications.models.history import StateChange
from applications.models.id_check import IdCheck
from identity.models import User


class RecordedAct(models.Model):
    """An adviser recorded that the person of an ID check renews, withdraws or declines (R7, R10, R11).

    The check says whose slot it is, and who acted for them (C6). The row never changes, except that declining may be
    undone with the check (C5).
    """

    id_check = models.ForeignKey(IdCheck, on_delete=models.PROTECT, related_name="acts", db_index=False)
    kind = models.CharField(max_length=9, choices=Act)
    # The change of state that it is; declining is none.
    change = models.OneToOneField(StateChange, on_delete=models.PROTECT, null=True, related_name="recorded_act")
    staff = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")  # who recorded it
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint("id_check", "kind", name="recorded_act_once"),
            models.CheckConstraint(
                condition=Q(kind=Act.DECLINED, change=None)
                | Q(kind__in=[Act.RENEWED, Act.WITHDRAWN], change__isnull=False, undone_at=None),
                name="recorded_act_is_a_change_or_declining",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id_check_id} {self.kind}"
