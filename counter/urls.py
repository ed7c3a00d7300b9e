from django.urls import path

from counter import views

app_name = "counter"
urlpatterns = [
    path("counter/", views.page, name="page"),
    path("own-data/", views.show_own_data, name="own_data"),
    path("own-data/file/", views.download_own_data, name="own_data_file"),
]
