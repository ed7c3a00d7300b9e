"""The interface for the housing system."""

from upstream.api import api

urlpatterns, app_name, _ = api.urls
