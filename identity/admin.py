from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core.actors import operator_actor
from core.admin import NeverDeleted
from identity.models import User
from records.enums import Event
from records.names import employment_chain, user_subject
from records.trail import append_event

# The roles are made by a migration, with the least rights that each needs.
admin.site.unregister(Group)


@admin.register(User)
class StaffAdmin(NeverDeleted, UserAdmin):
    """Members of staff and their roles. The users of identified people are not shown (R16).

    A member who has left is made inactive, and their acts go on naming them.
    """

    list_display = ["username", "first_name", "last_name", "is_active", "last_login"]
    list_filter = ["groups", "is_active"]
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

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:  # noqa: FBT001  # Django's
        obj.is_staff = True
        super().save_model(request, obj, form, change)

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
        for user in queryset:
            Authenticator.objects.filter(user=user).delete()  # they enrol again when they next log in
            self.log_change(request, user, gettext("Second factors removed"))
        count = queryset.count()
        text = ngettext(
            "%(count)d person enrols a second factor anew at the next log-in.",
            "%(count)d people enrol a second factor anew at the next log-in.",
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
