"""Members of staff as the operator invites and lists them."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import ManyToManyField, QuerySet
from django.forms import CheckboxSelectMultiple, ModelMultipleChoiceField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import yesno
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core.actors import Role, operator_actor
from core.addresses import shown_address
from core.admin import NeverDeleted
from core.requests import act_of
from identity import staff_changes, staff_list, staff_passwords
from identity.enums import StaffChangeKind
from identity.models import StaffChange, User
from identity.staff_forms import FIELDS, InvitationForm, StaffForm
from records.enums import Event
from records.names import employment_chain, user_subject
from records.trail import append_event

DIRECTORY_TELLS = ["first_name", "last_name", "email"]

# The roles are made by a migration, with the least rights that each needs.
admin.site.unregister(Group)


class RoleField(ModelMultipleChoiceField):
    """The roles of a member of staff, named in the language of the page."""

    def label_from_instance(self, obj: Any) -> str:
        return Role.name_of(obj.name)


class RoleFilter(admin.RelatedFieldListFilter):
    """Members of staff by their role."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.title = _("role")
        self.empty_value_display = gettext("No role")  # type: ignore[assignment]  # no markup

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        """Return the roles to choose from."""
        return [(key, Role.name_of(str(name))) for key, name in super().field_choices(field, request, model_admin)]


@admin.register(User)
class StaffAdmin(NeverDeleted, UserAdmin):
    """Members of staff and their roles. The users of identified people are not shown (R16).

    They are invited by email and set their own password (ADR 43). A member who has left is made inactive, and their
    acts go on naming them. What gives somebody a way to people's data waits for a colleague (staff_changes.py).
    """

    form = StaffForm
    add_form = InvitationForm
    add_form_template = change_form_template = "identity/admin_staff.html"
    list_display = ["username", "first_name", "last_name", "roles", "state", "second_factor", "last_login"]
    list_filter = [("groups", RoleFilter), "is_active"]
    filter_horizontal = []
    search_fields = ["username", "first_name", "last_name", "email"]
    actions = ["remove_second_factors"]
    fieldsets = [
        (None, {"fields": ["username", "email", "language"]}),
        (_("Name"), {"fields": ["first_name", "last_name"]}),
        (_("Role"), {"fields": ["groups", "is_active"]}),
    ]
    add_fieldsets = [(None, {"fields": [*FIELDS, "role"]})]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Return staff. Only superusers see superusers: whoever sends a link to one could log in as them."""
        found = super().get_queryset(request).filter(is_staff=True)
        is_superuser = isinstance(request.user, User) and request.user.is_superuser
        listed = staff_list.with_state(found)
        return listed if is_superuser else listed.filter(is_superuser=False)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Return the fields. What the City's directory decides is shown, and not asked for (ADR 58)."""
        if obj and staff_passwords.is_of_directory(obj):
            return [
                (None, {"fields": [*DIRECTORY_TELLS, "language"]}),
                (_("Role"), {"fields": ["roles", "is_active"]}),
            ]
        return super().get_fieldsets(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Return what is shown only. By its username the setting, and so the alarm, knows the break-glass account."""
        if obj and staff_passwords.is_of_directory(obj):
            return [*DIRECTORY_TELLS, "roles"]
        return ["username"] if obj and staff_passwords.is_break_glass(obj) else []

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody is invited where nobody could set a password: the directory brings staff here."""
        return settings.STAFF_PASSWORDS and super().has_add_permission(request)

    @admin.display(description=_("roles"))
    def roles(self, user: User) -> str:
        return staff_list.roles_in_words(user)

    @admin.display(description=_("status"))
    def state(self, user: User) -> str:
        return staff_list.state_in_words(user)

    @admin.display(description=_("second factor"))
    def second_factor(self, user: User) -> str:
        """Return whether they have one here. Who has none and comes through the directory may have one there."""
        has_factor = getattr(user, "has_factor", False)
        is_elsewhere = not has_factor and hasattr(user, "directory_identity")
        return "" if is_elsewhere else capfirst(str(yesno(has_factor)))

    def get_urls(self) -> list[URLPattern]:
        """Return the addresses of Django's, without the page on which one types the password of another."""
        link = path("<int:pk>/link/", self.admin_site.admin_view(self.send_link), name="identity_user_link")
        return [link, *(each for each in super().get_urls() if each.name != "auth_user_password_change")]

    def formfield_for_manytomany(self, db_field: ManyToManyField, request: HttpRequest, **options: Any) -> Any:
        """Return the field of the roles, the only one of its kind here."""
        roles = {"form_class": RoleField, "label": _("Roles"), "widget": CheckboxSelectMultiple, "help_text": ""}
        return super().formfield_for_manytomany(db_field, request, **options, **roles)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:  # noqa: FBT001  # Django's
        obj.is_staff = True
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001  # Django's
        """Give the roles that were chosen, except new ones on people's data, which wait for a colleague.

        Whoever is new is sent their link first.
        """
        user = form.instance
        held = set(user.groups.values_list("pk", flat=True))
        super().save_related(request, form, formsets, change)
        if not change:
            self._send_link(request, user)
            user.groups.set(Group.objects.filter(name=form.cleaned_data["role"]))
        for role in staff_changes.roles_on_data().filter(user=user).exclude(pk__in=held):
            user.groups.remove(role)
            self._tell_of(
                request,
                user,
                staff_changes.ask_for_change(
                    user, StaffChangeKind.ROLE, by=operator_actor(request.user), role=role.name
                ),
            )
        if not staff_list.roles_in_words(User.objects.get(pk=user.pk)):
            text = gettext("%(name)s has no role, and can do nothing here.")
            messages.warning(request, text % {"name": user.get_username()})

    @method_decorator(permission_required("identity.change_user", raise_exception=True))
    @method_decorator(act_of("admin:identity_user_changelist"))
    def send_link(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send a member of staff a link for a password, or ask for it if they read people's data."""
        user = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        if user.email and user.is_active:
            try:
                self._send_link(request, user)
            except staff_changes.CannotDecideStaffChange as refusal:
                messages.error(request, str(refusal))
        else:
            messages.error(request, gettext("Save an email address first. The person must also be active."))
        return redirect("admin:identity_user_change", user.pk)

    def _send_link(self, request: HttpRequest, user: User) -> None:
        asked = staff_changes.send_link_or_ask(user, by=operator_actor(request.user))
        if asked:
            self._tell_of(request, user, asked)
            return
        text = gettext("A link for creating a password was sent to %(email)s. It works for 72 hours.")
        messages.success(request, text % {"email": shown_address(user.email)})

    def _tell_of(self, request: HttpRequest, user: User, asked: StaffChange) -> None:
        text = gettext("%(name)s, %(change)s: this will wait until a supervisor approves it at the desk.")
        what = asked.role_name or asked.get_kind_display()
        messages.warning(request, text % {"name": user.get_username(), "change": what})

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody gives a role to themselves."""
        is_own = obj is not None and obj.pk == request.user.pk
        return super().has_change_permission(request, obj) and not is_own

    def log_addition(self, request: HttpRequest, obj: User, message: Any) -> Any:
        """Record it in the trail too, as a new member of staff may see people's data."""
        _record(Event.STAFF_CHANGED, obj, request)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: User, message: Any) -> Any:
        """Record a change of roles, names, password or second factors in the trail too."""
        _record(Event.STAFF_CHANGED, obj, request)
        return super().log_change(request, obj, message)

    @admin.action(description=_("Remove the second factors: the phone or key is lost"), permissions=["change"])
    def remove_second_factors(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        count = 0
        for user in [each for each in queryset if each.pk != request.user.pk]:
            if staff_changes.reads_data(user):
                by = operator_actor(request.user)
                self._tell_of(request, user, staff_changes.ask_for_change(user, StaffChangeKind.FACTORS, by=by))
                continue
            count += 1
            staff_changes.remove_factors(user)
            self.log_change(request, user, gettext("Second factors removed"))
        if not count:
            return
        text = ngettext(
            "%(count)d person will set up a new second factor at the next log-in.",
            "%(count)d people will set up a new second factor at the next log-in.",
            count,
        )
        messages.success(request, text % {"count": count})


@transaction.atomic
def _record(event: Event, user: User, request: HttpRequest) -> None:
    roles = ", ".join(user.groups.order_by("name").values_list("name", flat=True))
    append_event(
        event,
        chain=employment_chain(user.pk),
        by=operator_actor(request.user),
        subject=user_subject(user.pk),
        roles=roles,
        active=user.is_active,
    )
