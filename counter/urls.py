from django.urls import path

from counter import views

app_name = "counter"
urlpatterns = [
    path("counter/", views.counter_page, name="page"),
    path("feedback/", views.feedback_page, name="feedback"),
]
