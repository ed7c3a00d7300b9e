"""What becomes of what staff recorded for a person when the ID check behind it is undone (C5, ADR 27)."""

from applications import invitations, letters, reading
from applications.enums import Act
from applications.models import Application, IdCheck, RecordedAct
from core.actors import Actor
from core.transactions import atomically


@atomically
def undo_acts(id_check: IdCheck, *, by: Actor) -> bool:
    """Let declining fall with its ID check, and tell everybody of that and of what stays; return whether they are.

    A withdrawal is final. A renewal stays while the application is valid by confirmations that do not rest on the
    check; if one of these has fallen with it, everybody hears of that instead.
    """
    application = reading.locked(id_check.applicant.version.application_id)
    acts = id_check.acts.filter(undone_at=None).select_related("id_check__applicant").order_by("pk")
    concerning = [act for act in acts if _take_down(act, application, by=by)]
    for act in concerning:
        letters.act_undone(act, application)
    return bool(concerning)


def _take_down(act: RecordedAct, application: Application, *, by: Actor) -> bool:
    """Undo an act if it falls with its check, and tell whether the undoing of the check concerns the others."""
    match act.kind:
        case Act.DECLINED:
            return invitations.undo_declining(act, application, by=by)
        case Act.RENEWED:
            return application.is_valid and act.id_check.applicant in application.applicants
    return True
