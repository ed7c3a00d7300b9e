"""The embedded broker, and the housing system's links."""

from django.urls import path

from demo import views

app_name = "demo"
urlpatterns = [
    path("broker/authorize", views.authorize, name="authorize"),
    path("broker/authorize/person", views.choose_person, name="choose_person"),
    path("broker/authorize/other", views.other_person, name="other_person"),
    path("broker/authorize/cancel", views.cancel, name="cancel"),
    path("broker/token", views.token, name="token"),
    path("broker/jwks", views.jwks, name="jwks"),
    path("housing-system/<str:language>/<str:key>", views.housing_system, name="housing_system"),
]
