from django.urls import path, register_converter

from applications.references import ReferenceConverter
from applications.views import confirming, household, invitations, slips

register_converter(ReferenceConverter, "reference")

app_name = "applications"
urlpatterns = [
    path("terms/", confirming.terms, name="terms"),
    path("terms/accept/", confirming.accept_terms, name="accept_terms"),
    path("confirm/<reference:reference>/", confirming.enter, name="enter"),
    path("invitation/", invitations.invitation, name="invitation"),
    path("invitation/continue/", invitations.go_on, name="go_on"),
    path("invitation/not-me/", invitations.not_me, name="not_me"),
    path("invitation/not-me/done/", invitations.not_me_done, name="not_me_done"),
    path("applications/", confirming.choose, name="list"),
    path("applications/<reference:reference>/", confirming.status, name="status"),
    path("applications/<reference:reference>/confirm/", confirming.confirm, name="confirm"),
    path("applications/<reference:reference>/receipt/", confirming.receipt, name="receipt"),
    path("applications/<reference:reference>/contact-details/", household.contact_details, name="contact_details"),
    path("applications/<reference:reference>/report/", household.report_error, name="report_error"),
    path("applications/<reference:reference>/decline/", household.decline, name="decline"),
    path("applications/<reference:reference>/people/<int:position>/resend/", household.resend, name="resend"),
    path(
        "applications/<reference:reference>/people/<int:position>/address/",
        household.correct_address,
        name="correct_address",
    ),
    path("applications/<reference:reference>/people/<int:position>/slip/", slips.page, name="slip"),
    path("applications/<reference:reference>/people/<int:position>/slip/send/", slips.send, name="send_slip"),
]
