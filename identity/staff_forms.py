"""The forms by which the operator invites a member of staff and changes what is known of them."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.actors import Role
from core.addresses import AddressInput, EmailField
from identity.models import User

NO_ROLE = "none"
FIELDS = ["username", "first_name", "last_name", "email", "language"]


class StaffForm(forms.ModelForm):
    """A member of staff: name, the address to which links go, and the language of emails."""

    class Meta:
        model = User
        fields = FIELDS
        field_classes = {"email": EmailField}
        widgets = {"email": AddressInput}

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if "email" in self.fields:
            email = self.fields["email"]
            email.label = _("Email address")
            email.help_text = _("Links for creating a password go here. It must be the person’s own work address.")

    def clean_username(self) -> str:
        """Return the username, unless it would make somebody the break-glass account, whose form does not have it."""
        username: str = self.cleaned_data["username"]
        if username == settings.BREAK_GLASS_USERNAME:
            raise ValidationError(_("Choose another username. This one is reserved for the emergency account."))
        return username


class InvitationForm(StaffForm):
    """A new member of staff. Their role is chosen, or that they get none for now: it is never forgotten."""

    role = forms.ChoiceField(
        label=_("Role"),
        widget=forms.RadioSelect,
        help_text=_("A role that gives access to people’s data waits until a supervisor approves it at the desk."),
        error_messages={"required": _("Choose a role, or “No role yet”.")},
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["email"].required = True
        self.fields["email"].error_messages["required"] = _("Enter the email address of the person.")
        names = Group.objects.order_by("pk").values_list("name", flat=True)
        roles = [(name, Role.name_of(name)) for name in names]
        self.fields["role"].choices = [*roles, (NO_ROLE, _("No role yet"))]  # type: ignore[attr-defined]

    def save(self, commit: bool = True) -> User:  # noqa: FBT001, FBT002  # Django's
        """Save a user whom no password lets in."""
        self.instance.set_unusable_password()
        user: User = super().save(commit=commit)
        return user
