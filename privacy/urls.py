from django.urls import path

from core.rare_addresses import RareViews

views = RareViews("privacy.views")
app_name = "privacy"
urlpatterns = [
    path("own-data/", views.show_own_data, name="own_data"),
    path("own-data/file/", views.download_own_data, name="own_data_file"),
]
