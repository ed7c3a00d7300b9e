from django.urls import path, register_converter

from applications.form.steps import STEPS
from applications.references import ReferenceConverter
from applications.views import (
    certificates,
    changes,
    closed_form,
    confirmations,
    drafts,
    form,
    household,
    invitations,
    own_letters,
    receipts,
    slips,
)

register_converter(ReferenceConverter, "reference")

app_name = "applications"
urlpatterns = [
    path("terms/", confirmations.terms_page, name="terms"),
    path("terms/accept/", confirmations.accept_terms, name="accept_terms"),
    path("confirm/<reference:reference>/", confirmations.enter, name="enter"),
    path("receipt/", receipts.verify_receipt, name="verify"),
    path("invitation/", invitations.invitation_page, name="invitation"),
    path("invitation/continue/", invitations.continue_to_application, name="go_on"),
    path("invitation/not-me/", invitations.not_me_page, name="not_me"),
    path("invitation/not-me/done/", invitations.not_me_done, name="not_me_done"),
    path("application/new/", form.fill_in, name="fill_in"),
    *[path(f"application/{step}/", form.form_step, {"step": step}, name=f"form_{step}") for step in STEPS],
    path("application/people/add/", form.add_to_form, name="form_add_person"),
    path("application/people/remove/", form.remove_from_form, name="form_remove_person"),
    path("application/summary/", form.form_summary, name="form_summary"),
    path("application/send/", form.send_form, name="form_send"),
    path("application/sent/", form.form_sent, name="form_sent"),
    path("application/stay/", form.stay, name="form_stay"),
    path("application/closed/", closed_form.closed_form, name="form_closed"),
    path("application/closed/link/", closed_form.mail_link_of_closed_form, name="draft_mail_again"),
    path("application/open/", closed_form.open_closed_form, name="draft_open"),
    path("application/later/", drafts.save_for_later, name="draft_later"),
    path("application/later/link/", drafts.mail_draft_link, name="draft_mail_link"),
    path("application/later/bind/", drafts.bind_draft, name="draft_bind"),
    path("application/bound/", drafts.draft_bound, name="draft_bound"),
    path("application/continue/", drafts.continue_draft, name="draft_continue"),
    path("application/drafts/<int:pk>/continue/", drafts.resume_draft, name="draft_resume"),
    path("letters/<int:pk>/", own_letters.own_letter_page, name="letter"),
    path("applications/", confirmations.choose_application, name="list"),
    path("applications/waiting/", confirmations.go_to_waiting, name="waiting"),
    path("applications/<reference:reference>/", confirmations.status_page, name="status"),
    path("applications/<reference:reference>/calendar.ics", confirmations.calendar_page, name="calendar"),
    path("applications/<reference:reference>/confirm/", confirmations.confirm_page, name="confirm"),
    path("applications/<reference:reference>/receipt/", confirmations.receipt_page, name="receipt"),
    path("applications/<reference:reference>/receipt/pdf/", confirmations.receipt_pdf_file, name="receipt_pdf"),
    path("applications/<reference:reference>/certificates/", certificates.certify_page, name="certify"),
    path(
        "applications/<reference:reference>/certificates/<reference:number>/",
        certificates.certificate_page,
        name="certificate",
    ),
    path(
        "applications/<reference:reference>/certificates/<reference:number>/pdf/",
        certificates.certificate_pdf_file,
        name="certificate_pdf",
    ),
    path("applications/<reference:reference>/contact-details/", household.own_contact_details, name="contact_details"),
    path("applications/<reference:reference>/report/", household.report_error_page, name="report_error"),
    path("applications/<reference:reference>/decline/", household.decline_page, name="decline"),
    path("applications/<reference:reference>/change/", changes.begin_change, name="change"),
    path("applications/<reference:reference>/change/newer/", changes.newer_version, name="change_newer"),
    path("applications/<reference:reference>/renew/", changes.renew_application, name="renew"),
    path("applications/<reference:reference>/withdraw/", changes.withdraw_as_applicant, name="withdraw"),
    path(
        "applications/<reference:reference>/people/<int:position>/remove/", changes.remove_co_applicant, name="remove"
    ),
    path(
        "applications/<reference:reference>/people/<int:position>/resend/", household.resend_invitation, name="resend"
    ),
    path(
        "applications/<reference:reference>/people/<int:position>/address/",
        household.correct_invitation_address,
        name="correct_address",
    ),
    path("applications/<reference:reference>/people/<int:position>/slip/", slips.slip_page, name="slip"),
    path("applications/<reference:reference>/people/<int:position>/slip/send/", slips.send_slip, name="send_slip"),
]
