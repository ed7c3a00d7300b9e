"""The embedded broker, the housing system and its links, the codes of staff, the mailboxes, and the practice day."""

from django.urls import path

from demo import housing_system_page, mailboxes, practice_page, staff, staff_directory, views

app_name = "demo"
urlpatterns = [
    path("broker/authorize", views.authorize, name="authorize"),
    path("broker/authorize/person", views.choose_person, name="choose_person"),
    path("broker/authorize/other", views.other_person, name="other_person"),
    path("broker/authorize/cancel", views.cancel, name="cancel"),
    path("broker/token", views.token, name="token"),
    path("broker/jwks", views.jwks, name="jwks"),
    path("directory/authorize", staff_directory.choose, name="directory"),
    path("directory/colleague", staff_directory.log_in, name="colleague"),
    path("directory/token", staff_directory.token, name="directory_token"),
    path("housing-system/", housing_system_page.page, name="housing_system_page"),
    path("housing-system/commands/", housing_system_page.commands, name="commands"),
    path("housing-system/events", housing_system_page.receive_event, name="receive_event"),
    path("housing-system/<str:language>/<str:key>", views.housing_system, name="housing_system"),
    path("staff/", staff.page, name="staff"),
    path("inbox/", mailboxes.choose_language_of_inbox, name="inbox"),
    path("inbox/<int:pk>/html/", mailboxes.mail_as_html, name="mail_as_html"),
    path("inbox/<slug:language>/", mailboxes.mailboxes, name="mailboxes"),
    path("inbox/<slug:language>/<int:pk>/", mailboxes.mail, name="mail"),
    path("inbox/<slug:language>/<path:address>/", mailboxes.mailbox, name="mailbox"),
    path("practice/", practice_page.choose_language, name="practice_language"),
    path("practice/<slug:language>/", practice_page.practice_page, name="practice"),
]
