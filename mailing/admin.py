from django.contrib import admin, messages
from django.http import HttpRequest

from mailing import outbox
from mailing.models import Letter, LetterQuerySet


@admin.register(Letter)
class LetterAdmin(admin.ModelAdmin):
    """What became of each letter. Its text is nowhere: it is written when it is sent."""

    list_display = ["__str__", "state", "language", "to", "created_at", "sent_at", "delivered_at", "failure"]
    list_filter = ["message", "language", "failure", ("bounced_at", admin.EmptyFieldListFilter)]
    search_fields = ["to"]
    search_help_text = "An address, or a part of one"
    date_hierarchy = "created_at"
    actions = ["send_again"]
    fields = [
        "state",
        "message",
        "language",
        "to",
        "key",
        "created_at",
        "due_at",
        "attempts",
        "failure",
        "sent_at",
        "dead_at",
        "dropped_at",
        "delivered_at",
        "bounced_at",
        "complained_at",
        "message_id",
    ]

    @admin.display(description="status")
    def state(self, letter: Letter) -> str:
        return str(letter.status.label)

    @admin.action(description="Send again what was given up or refused", permissions=["send_again"])
    def send_again(self, request: HttpRequest, queryset: LetterQuerySet) -> None:
        count = outbox.send_again(queryset)
        messages.success(request, f"Letters that will be sent again: {count}.")

    def has_send_again_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("mailing.change_letter")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Letter | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Letter | None = None) -> bool:
        return False
