from django.urls import include, path

from mailing.webhooks import of_backend

urlpatterns = [path("anymail/", include((of_backend("anymail.backends.postmark.EmailBackend"), "anymail")))]
