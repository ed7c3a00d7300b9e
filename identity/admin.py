from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import ManyToManyField, QuerySet
from django.forms import ModelMultipleChoiceField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core.actors import Role, operator_actor
from core.admin import NeverDeleted, yes_or_no
from identity import staff_changes
from identity.enums import StaffChangeKind
from identity.models import User
from records.enums import Event
from records.names import employment_chain, user_subject
from records.trail import append_event

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

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        """Return the roles to choose from."""
        return [(key, Role.name_of(str(name))) for key, name in super().field_choices(field, request, model_admin)]


@admin.register(User)
class StaffAdmin(NeverDeleted, UserAdmin):
    """Members of staff and their roles. The users of identified people are not shown (R16).

    A member who has left is made inactive, and their acts go on naming them. What gives somebody a way to people's
    data waits for a colleague (staff_changes.py).
    """

    list_display = ["username", "first_name", "last_name", yes_or_no(User, "is_active"), "last_login"]
    list_filter = [("groups", RoleFilter), "is_active"]
    filter_horizontal = []
    search_fields = ["username", "first_name", "last_name"]
    actions = ["remove_second_factors"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Name"), {"fields": ["first_name", "last_name"]}),
        (_("Role"), {"fields": ["groups", "is_active"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Return staff. Only superusers see superusers: whoever sets the password of one could log in as them."""
        found = super().get_queryset(request).filter(is_staff=True)
        is_superuser = isinstance(request.user, User) and request.user.is_superuser
        return found if is_superuser else found.filter(is_superuser=False)

    def formfield_for_manytomany(self, db_field: ManyToManyField, request: HttpRequest, **options: Any) -> Any:
        """Return the field of the roles, the only one of its kind here."""
        roles = {"form_class": RoleField, "label": _("Roles"), "help_text": ""}
        return super().formfield_for_manytomany(db_field, request, **options, **roles)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:  # noqa: FBT001  # Django's
        obj.is_staff = True
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001  # Django's
        """Give the roles that were chosen, except new ones on people's data, which wait for a colleague."""
        user = form.instance
        held = set(user.groups.values_list("pk", flat=True))
        super().save_related(request, form, formsets, change)
        for role in staff_changes.roles_on_data().filter(user=user).exclude(pk__in=held):
            user.groups.remove(role)
            self._ask(request, user, StaffChangeKind.ROLE, role=role.name)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002  # Django's
        """Let the new password of somebody who reads people's data wait for a colleague."""
        user = self.get_object(request, unquote(id))
        if request.method == "POST" and self.has_change_permission(request, user) and user is not None:
            form = self.change_password_form(user, request.POST)
            if form.is_valid() and form.cleaned_data["set_usable_password"] and staff_changes.reads_data(user):
                self._ask(request, user, StaffChangeKind.PASSWORD, password=form.cleaned_data["password1"])
                return redirect("admin:identity_user_change", user.pk)
        return super().user_change_password(request, id, form_url)

    def _ask(
        self, request: HttpRequest, user: User, kind: StaffChangeKind, *, role: str = "", password: str = ""
    ) -> None:
        staff_changes.ask_for_change(user, kind, by=operator_actor(request.user), role=role, password=password)
        text = gettext("%(name)s, %(change)s: this will wait until a supervisor approves it at the desk.")
        messages.warning(
            request, text % {"name": user.get_username(), "change": Role.name_of(role) if role else kind.label}
        )

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
                self._ask(request, user, StaffChangeKind.FACTORS)
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
