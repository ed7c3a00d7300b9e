from django.urls import path, register_converter

from applications import views
from applications.references import ReferenceConverter

register_converter(ReferenceConverter, "reference")

app_name = "applications"
urlpatterns = [
    path("terms/", views.terms, name="terms"),
    path("terms/accept/", views.accept_terms, name="accept_terms"),
    path("confirm/<reference:reference>/", views.enter, name="enter"),
    path("applications/", views.choose, name="list"),
    path("applications/<reference:reference>/", views.status, name="status"),
    path("applications/<reference:reference>/confirm/", views.confirm, name="confirm"),
    path("applications/<reference:reference>/receipt/", views.receipt, name="receipt"),
]
