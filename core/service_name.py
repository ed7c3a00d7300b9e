"""What people know the service by. The program's own name, Heka Confirm, stands in no text that they read."""

from django.utils.translation import gettext_lazy as _

SERVICE_NAME = _("Confirm your Heka housing application")
