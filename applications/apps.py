from django.utils.translation import gettext_lazy as _

from core import checked_app


class ApplicationsConfig(checked_app.CheckedApp):
    name = "applications"
    verbose_name = _("Applications")
