"""The admin of the API's clients, of the receivers of their events, and of what became of each event.

Tokens and secrets are shown once. Clients are revoked and receivers disabled; neither is ever deleted.
"""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextInputWidget
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from applications import references
from applications.models import Origin
from applications.models.origin import check_change_link
from core.admin import Endless, NeverDeleted
from upstream import calling, clients, deliveries, endpoints
from upstream.enums import Status
from upstream.models import ApiClient, WebhookDelivery, WebhookDeliveryQuerySet, WebhookEndpoint

TEXTS = ("name_fi", "name_sv", "name_en", "change_link")
ORIGIN = forms.fields_for_model(Origin, widgets=dict.fromkeys(TEXTS, AdminTextInputWidget))


class ApiClientForm(forms.ModelForm):
    """A client, and where the applications that it sends are edited."""

    changed_in = ORIGIN["changed_in"]
    name_fi = ORIGIN["name_fi"]
    name_sv = ORIGIN["name_sv"]
    name_en = ORIGIN["name_en"]
    change_link = ORIGIN["change_link"]

    class Meta:
        model = ApiClient
        fields = ["name", "requests_a_minute", "receives_forms"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial.update(forms.model_to_dict(self.instance.origin, fields=ORIGIN))
        self.fields["changed_in"].help_text = _(
            "Only in the housing system: applicants cannot edit an application here. Our pages and emails lead them "
            "there. Only in this service: we refuse changes by the housing system."
        )
        self.fields["name_fi"].help_text = _("The name by which applicants know the housing system.")
        self.fields["change_link"].help_text = _(
            "The address starts with https://. We replace {reference} with the application number, for example "
            "K7M-P3X-Q4T, and {language} with fi, sv or en. If you leave this empty, applicants see only the name."
        )

    def clean_change_link(self) -> str:
        link: str = self.cleaned_data["change_link"]
        if link:
            check_change_link(link)
        return link

    def clean_receives_forms(self) -> bool:
        receives: bool = self.cleaned_data["receives_forms"]
        others = ApiClient.objects.filter(receives_forms=True, revoked_at=None).exclude(pk=self.instance.pk)
        if receives and self.instance.revoked_at is None and others.exists():
            raise forms.ValidationError(str(clients.AnotherReceives()))
        return receives

    @property
    def settings(self) -> clients.Settings:
        """What was chosen and typed."""
        return {
            "origin": {name: self.cleaned_data[name] for name in ORIGIN},
            "requests_a_minute": self.cleaned_data["requests_a_minute"],
            "receives_forms": self.cleaned_data["receives_forms"],
        }


@admin.register(ApiClient)
class ApiClientAdmin(NeverDeleted, admin.ModelAdmin):
    form = ApiClientForm
    list_display = ["name", "changed_in", "requests_a_minute", "created_at", "revoked_at"]
    list_select_related = ["origin"]
    search_fields = ["name"]
    fields = ["name", "requests_a_minute", *ORIGIN, "receives_forms", "created_at", "revoked_at"]
    ordering = ["name"]
    actions = ["replace_token", "revoke"]

    def get_readonly_fields(self, request: HttpRequest, obj: ApiClient | None = None) -> Any:
        return ["created_at", "revoked_at", *(["name"] if obj else [])]

    @admin.display(description=_("where applications are edited"))
    def changed_in(self, client: ApiClient) -> str:
        return client.origin.get_changed_in_display()

    def has_manage_permission(self, request: HttpRequest) -> bool:
        """Let those who may change clients replace and revoke their tokens."""
        return self.has_change_permission(request)

    def save_model(self, request: HttpRequest, obj: ApiClient, form: Any, change: bool) -> None:  # noqa: FBT001  # Django's signature
        if change:
            clients.settle(obj, **form.settings)
        else:
            # Nobody sees this first token: response_add replaces it, and shows the new one.
            created, _token = clients.issue(obj.name, **form.settings)
            obj.pk = created.pk

    def response_add(self, request: HttpRequest, obj: ApiClient, post_url_continue: str | None = None) -> HttpResponse:
        return self._token_page(request, obj, clients.replace_token(obj))

    @admin.action(description=_("Replace the token"), permissions=["manage"])
    def replace_token(self, request: HttpRequest, queryset: QuerySet[ApiClient]) -> HttpResponse | None:
        if queryset.count() != 1:
            self.message_user(request, _("Choose one client."), messages.ERROR)
            return None
        client = queryset.get()
        token = clients.replace_token(client)
        self.log_change(request, client, [{"changed": {"fields": ["token"]}}])
        return self._token_page(request, client, token)

    @admin.action(description=_("Revoke the token"), permissions=["manage"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiClient]) -> None:
        number = clients.revoke(*queryset)
        for client in queryset:
            self.log_change(request, client, [{"changed": {"fields": ["revoked_at"]}}])
        text = ngettext("%(number)d client was revoked.", "%(number)d clients were revoked.", number)
        self.message_user(request, text % {"number": number}, messages.SUCCESS)

    def _token_page(self, request: HttpRequest, client: ApiClient, token: str) -> HttpResponse:
        # Shown in the answer to the POST: a message would store the token in the session, and so in the database.
        context = {
            **self.admin_site.each_context(request),
            "title": _("Token of an API client"),
            "opts": self.opts,
            "client": client,
            "token": token,
        }
        return TemplateResponse(request, "upstream/token.html", context, headers={"Cache-Control": "no-store"})


class WebhookEndpointForm(forms.ModelForm):
    class Meta:
        model = WebhookEndpoint
        fields = ["client", "url"]
        help_texts = {"url": _("An https address of a public host, for example https://housing.example.fi/events")}

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        if not calling.is_callable(url):
            raise forms.ValidationError(str(endpoints.NotAnAddress()))
        return url

    def clean(self) -> dict[str, Any]:
        """Check the constraint that Django leaves out, because the form lacks one of its columns."""
        given = super().clean() or {}
        same = WebhookEndpoint.objects.filter(client=given.get("client"), url=given.get("url"), disabled_at=None)
        if same.exists():
            self.add_error("url", str(endpoints.Taken()))
        return given


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(NeverDeleted, admin.ModelAdmin):
    form = WebhookEndpointForm
    list_display = ["client", "url", "created_at", "waiting", "disabled_at"]
    list_display_links = ["url"]
    list_select_related = ["client"]
    readonly_fields = ["created_at", "disabled_at"]
    ordering = ["client__name", "pk"]
    actions = ["rotate_secret", "disable"]

    def get_fields(self, request: HttpRequest, obj: WebhookEndpoint | None = None) -> Any:
        return ["client", "url", *(["created_at", "disabled_at"] if obj else [])]

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookEndpoint]:
        unended = WebhookDelivery.objects.unended().filter(endpoint=OuterRef("pk")).order_by().values("endpoint")
        endpoints_ = WebhookEndpoint.objects.annotate(unended=Subquery(unended.values(number=Count("pk"))))
        return endpoints_.order_by(*self.ordering)

    def has_change_permission(self, request: HttpRequest, obj: WebhookEndpoint | None = None) -> bool:
        return False

    def has_manage_permission(self, request: HttpRequest) -> bool:
        """Let those who may change receivers rotate their secrets and disable them; nothing else changes."""
        return super().has_change_permission(request)

    def save_model(self, request: HttpRequest, obj: WebhookEndpoint, form: Any, change: bool) -> None:  # noqa: FBT001  # Django's signature
        created, obj.secret = endpoints.add(obj.client, obj.url)
        obj.pk = created.pk

    def response_add(
        self, request: HttpRequest, obj: WebhookEndpoint, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._secret_page(request, obj, obj.secret or "")

    @admin.display(description=_("waiting events"))
    def waiting(self, endpoint: Any) -> int:
        return endpoint.unended or 0

    @admin.action(description=_("Make a new secret"), permissions=["manage"])
    def rotate_secret(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> HttpResponse | None:
        if queryset.count() != 1:
            self.message_user(request, _("Choose one receiver."), messages.ERROR)
            return None
        endpoint = queryset.get()
        secret = endpoints.rotate(endpoint)
        self.log_change(request, endpoint, [{"changed": {"fields": ["secret"]}}])
        return self._secret_page(request, endpoint, secret)

    @admin.action(description=_("Disable, and stop sending what is waiting"), permissions=["manage"])
    def disable(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        number = endpoints.disable(*queryset)
        for endpoint in queryset:
            self.log_change(request, endpoint, [{"changed": {"fields": ["disabled_at"]}}])
        text = ngettext("%(number)d receiver was disabled.", "%(number)d receivers were disabled.", number)
        self.message_user(request, text % {"number": number}, messages.SUCCESS)

    def _secret_page(self, request: HttpRequest, endpoint: WebhookEndpoint, secret: str) -> HttpResponse:
        # Shown in the answer to the POST: a message would store the secret in the session, and so in the database.
        context = {
            **self.admin_site.each_context(request),
            "title": _("Secret of a receiver of events"),
            "opts": self.opts,
            "endpoint": endpoint,
            "secret": secret,
            "hours": settings.WEBHOOK_FORMER_SECRET_HOURS,
        }
        return TemplateResponse(request, "upstream/secret.html", context, headers={"Cache-Control": "no-store"})


class StatusFilter(admin.SimpleListFilter):
    title = _("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return Status.choices

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case Status.WAITING:
                return queryset.unended().filter(failure="", held_at=None)
            case Status.HELD:
                return queryset.unended().filter(held_at__isnull=False)
            case Status.DELAYED:
                return queryset.unended().filter(held_at=None).exclude(failure="")
            case Status.DELIVERED:
                return queryset.filter(delivered_at__isnull=False)
            case Status.GIVEN_UP:
                return queryset.filter(given_up_at__isnull=False)
        return queryset


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(Endless):
    """What became of each event. The content of events names nobody."""

    list_display = [
        "event",
        "number",
        "happened",
        "endpoint",
        "state",
        "attempts",
        "status_code",
        "failure",
        "created_at",
    ]
    list_filter = [StatusFilter, "failure", "endpoint"]
    list_select_related = ["endpoint", "event__happening", "application"]
    search_fields = ["application__reference"]
    search_help_text = _("The number of an application")
    ordering = ["-pk"]
    actions = ["replay"]
    fields = [
        "event",
        "number",
        "happened",
        "endpoint",
        "state",
        "created_at",
        "due_at",
        "tried_until",
        "attempts",
        "status_code",
        "failure",
        "delivered_at",
        "given_up_at",
    ]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        if not search_term:
            return queryset, False
        return queryset.filter(application__reference=references.normalise_reference(search_term)), False

    @admin.display(description=_("application number"))
    def number(self, delivery: WebhookDelivery) -> str:
        return delivery.application.number

    @admin.display(description=_("what happened"))
    def happened(self, delivery: WebhookDelivery) -> str:
        return delivery.event.happening.get_kind_display()

    @admin.display(description=_("status"))
    def state(self, delivery: WebhookDelivery) -> str:
        return str(delivery.status.label)

    @admin.action(description=_("Send again what was delivered or what we gave up on"), permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: WebhookDeliveryQuerySet) -> None:
        number = deliveries.replay_deliveries(queryset.order_by())
        text = ngettext("%(number)d event will be sent again.", "%(number)d events will be sent again.", number)
        self.message_user(request, text % {"number": number}, messages.SUCCESS)

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("upstream.change_webhookdelivery")
