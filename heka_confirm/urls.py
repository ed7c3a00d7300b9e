"""Every address of the service. Pages for people stand under their language; the rest has none."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from core.rare_addresses import RareAddresses
from heka_confirm import accessibility, email_check, health, pages, well_known

# Another method than GET would be an error of ours in development, and be led to the page for people elsewhere.
TO_INTERFACE = require_safe(RedirectView.as_view(pattern_name="api:people", permanent=True))

urlpatterns = [  # in the order of how often they are asked for, as each is compared in turn
    *i18n_patterns(
        path("", pages.front, name="front"),
        path("how-to/", pages.how_to, name="how_to"),
        path("email/", email_check.check_email, name="email_check"),
        path("privacy/", pages.privacy, name="privacy"),
        path("accessibility/", accessibility.statement, name="accessibility"),
        path("", include("applications.urls")),
        path("", include("counter.urls")),
        path("", include("privacy.urls")),
        path("", include("identity.urls")),
        path("", include("identity.urls_allauth")),
        RareAddresses("admin/", "heka_confirm.admin_urls", namespace="admin"),
    ),
    path("", pages.choose_language, name="root"),
    path("healthz", health.healthz, name="healthz"),
    path("readiness", health.readiness, name="readiness"),
    path(".well-known/security.txt", well_known.security_txt, name="security_txt"),
    path(".well-known/change-password", well_known.change_password, name="change_password"),
    path("identification/", include("identity.urls_broker")),
    RareAddresses("staff/", "identity.urls_directory", namespace="directory"),
    path("api/v1", csrf_exempt(TO_INTERFACE)),
    RareAddresses("api/v1/", "upstream.urls", namespace="api"),
    RareAddresses("anymail/", "mailing.urls", namespace="anymail"),
]
if settings.DEMO:
    urlpatterns.append(path("demo/", include("demo.urls")))

handler400 = "heka_confirm.errors.bad_request"
handler403 = "heka_confirm.errors.forbidden"
handler404 = "heka_confirm.errors.not_found"
handler500 = "heka_confirm.errors.server_error"
