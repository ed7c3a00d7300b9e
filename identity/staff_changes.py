"""Changes of staff who read people's data, which a second member of staff confirms (C1, ADR 25).

Whoever names staff could otherwise read everything by a second user of their own, or by the link for a password and
the second factor of somebody else (ADR 43).
"""

import datetime as dt

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.actors import Actor, acting_staff
from core.refusals import Refused
from core.transactions import atomically
from identity import staff_letters, staff_links, staff_passwords
from identity.enums import StaffChangeKind
from identity.models import StaffChange, User
from records.enums import Event
from records.names import employment_chain, user_subject
from records.trail import append_event

WAITS = dt.timedelta(days=7)  # after which a change must be asked for again


class CannotDecideStaffChange(Refused):
    """Nothing was changed."""


class OwnStaffChange(CannotDecideStaffChange):
    message = _("You asked for this change, or it is about you. Somebody else will decide on it.")


class AnotherAddress(CannotDecideStaffChange):
    message = _("A link for a password has gone to another address meanwhile. The change must be asked for again.")


class DecidedByDirectory(CannotDecideStaffChange):
    message = _("The City’s directory decides on the roles and the log-in of this person. Nothing was changed.")


class PasswordsSwitchedOff(CannotDecideStaffChange):
    message = _("Staff log in with their City accounts. Passwords are switched off, and no link was sent.")


class NoLinkForBreakGlass(CannotDecideStaffChange):
    message = _("The emergency account gets no link. Its password is created on the server.")


class StaffChangeNotWaiting(CannotDecideStaffChange):
    message = _("This change is no longer waiting for a decision. Look at the list again.")


def roles_on_data() -> QuerySet[Group]:
    """Return the roles whose holders read people's data."""
    app, _dot, name = settings.DESK_RIGHT.partition(".")
    return Group.objects.filter(permissions__content_type__app_label=app, permissions__codename=name)


def reads_data(user: User) -> bool:
    """Tell whether a member of staff has such a role, also while they are inactive: they may be made active again."""
    return roles_on_data().filter(user=user).exists()


def waiting_changes() -> QuerySet[StaffChange]:
    """Return the changes that wait for a decision, the oldest first."""
    waiting = StaffChange.objects.filter(decided_at=None, asked_at__gt=timezone.now() - WAITS)
    return waiting.select_related("user", "asked_by").order_by("asked_at", "pk")


@atomically
def ask_for_change(user: User, kind: StaffChangeKind, *, by: Actor, role: str = "") -> StaffChange:
    """Store a change that a colleague confirms, in place of a waiting one of the same kind.

    `role` is the name of a group. With a role, the colleague is shown where the user's link for a password went.
    Raises CannotDecideStaffChange for what the City's directory decides (ADR 58).
    """
    _leave_to_directory(user, kind)
    StaffChange.objects.filter(user=user, kind=kind, role=role, decided_at=None).delete()
    address = user.email if kind == StaffChangeKind.PASSWORD else staff_links.address_of_link(user)
    asked = StaffChange.objects.create(
        user=user, kind=kind, role=role, email=address, asked_by=acting_staff(by), asked_at=timezone.now()
    )
    _record_change(asked, Event.STAFF_CHANGE_ASKED, by)
    return asked


@atomically
def send_link_or_ask(user: User, *, by: Actor) -> StaffChange | None:
    """Send a link for a password to the user's address; of who reads people's data, ask for it and return the change.

    A link to another address than the one by which they got in leaves them nothing of the former password: whoever
    reads that address could still log in, once the role is given that a colleague confirms by the new address.
    Raises CannotDecideStaffChange for who has no password here (ADR 58).
    """
    locked = User.objects.select_for_update().get(pk=user.pk)
    _leave_to_directory(locked, StaffChangeKind.PASSWORD)
    if reads_data(locked):
        return ask_for_change(locked, StaffChangeKind.PASSWORD, by=by)
    if staff_links.address_that_let_in(locked) != locked.email:
        remove_factors(locked)
        User.objects.filter(pk=locked.pk).update(password=make_password(None))
    _send_link(locked, email=locked.email, by=by)
    return None


@atomically
def decide_change(change: StaffChange, *, accepted: bool, by: Actor) -> None:
    """Make a change that waits, or reject it. Raises CannotDecideStaffChange."""
    locked = waiting_changes().select_for_update(of=("self",)).filter(pk=change.pk).first()
    if locked is None:
        raise StaffChangeNotWaiting
    colleague = acting_staff(by)
    if colleague.pk in {locked.asked_by_id, locked.user_id}:
        raise OwnStaffChange
    if accepted:
        _make(locked, by=by)
    locked.decided_by, locked.decided_at, locked.accepted, locked.password = colleague, timezone.now(), accepted, ""
    locked.save()
    _record_change(locked, Event.STAFF_CHANGE_CONFIRMED if accepted else Event.STAFF_CHANGE_REJECTED, by)


def remove_factors(user: User) -> None:
    """Remove the second factors and end every session: the phone that is lost may have one open."""
    Authenticator.objects.filter(user=user).delete()  # they enrol again when they next log in
    end_sessions(user)


def end_sessions(user: User) -> None:
    """End every session of a user."""
    User.objects.filter(pk=user.pk).update(session_series=F("session_series") + 1)


def _make(change: StaffChange, *, by: Actor) -> None:
    user = User.objects.select_for_update().get(pk=change.user_id)
    _leave_to_directory(user, StaffChangeKind(change.kind))
    match StaffChangeKind(change.kind):
        case StaffChangeKind.ROLE:
            if staff_links.address_of_link(user) != change.email:
                raise AnotherAddress
            change.user.groups.add(Group.objects.get(name=change.role))
        case StaffChangeKind.PASSWORD:
            if change.email:
                _send_link(user, email=change.email, by=by)
            else:  # the release before asked for it, with a password
                User.objects.filter(pk=user.pk).update(password=change.password)
        case StaffChangeKind.FACTORS:
            remove_factors(change.user)


def _leave_to_directory(user: User, kind: StaffChangeKind) -> None:
    """Raise CannotDecideStaffChange if the City's directory decides. A lost second factor of ours is still ours.

    So it does for the break-glass account, whose password lies in a safe that nobody opens alone.
    """
    if kind != StaffChangeKind.FACTORS and staff_passwords.is_of_directory(user):
        raise DecidedByDirectory
    if kind == StaffChangeKind.PASSWORD and staff_passwords.is_break_glass(user):
        raise NoLinkForBreakGlass
    if kind == StaffChangeKind.PASSWORD and not staff_passwords.may_log_in(user):
        raise PasswordsSwitchedOff


def _send_link(user: User, *, email: str, by: Actor) -> None:
    is_first = not staff_links.address_that_let_in(user)
    staff_letters.queue_staff_link(staff_links.replace_staff_link(user, email=email), is_first=is_first)
    append_event(Event.STAFF_LINK_SENT, chain=employment_chain(user.pk), by=by, subject=user_subject(user.pk))


def _record_change(change: StaffChange, event: Event, by: Actor) -> None:
    append_event(
        event,
        chain=employment_chain(change.user_id),
        by=by,
        subject=user_subject(change.user_id),
        change=change.kind,
        roles=change.role,
    )
