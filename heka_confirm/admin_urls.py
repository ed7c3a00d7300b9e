"""The admin and the desk. Their forms and lists are imported with the first of them, as few processes serve staff."""

from django.contrib import admin

admin.autodiscover()
urlpatterns, app_name, _ = admin.site.urls
