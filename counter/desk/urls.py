"""Every page of the desk: its route under the admin's desk/, its view, and its name in the admin's namespace."""

from applications import urls as applications_urls  # noqa: F401  # registers the "reference" of the routes below
from counter.desk import (
    accounts,
    acts,
    applicant,
    application,
    checks,
    confirmation,
    contact_details,
    lists,
    non_disclosure,
    search,
    second_looks,
    staff_changes,
    statistics,
    trail,
)
from counter.desk.access import Page

SLOT = "applications/<reference:reference>/<int:position>/"
PAGES: list[Page] = [
    ("", search.search_page, "desk"),
    ("checks/", lists.list_checks, "desk_checks"),
    ("waiting/", lists.list_waiting, "desk_waiting"),
    ("undeliverable/", lists.list_undeliverable, "desk_undeliverable"),
    ("alone/", lists.list_acted_alone, "desk_acted_alone"),
    ("second-looks/", lists.list_second_looks, "desk_second_looks"),
    ("accepted/", lists.list_accepted, "desk_accepted"),
    ("applications/<reference:reference>/", application.application_page, "desk_application"),
    ("applications/<reference:reference>/trail/", trail.show_application_trail, "desk_trail"),
    (SLOT, applicant.applicant_page, "desk_applicant"),
    (f"{SLOT}code/", applicant.show_code, "desk_code"),
    (f"{SLOT}details/", applicant.show_contact_details, "desk_details"),
    (f"{SLOT}trail/", trail.show_access_log, "desk_access_log"),
    (f"{SLOT}check/", checks.check_page, "desk_check"),
    (f"{SLOT}confirm/", confirmation.desk_confirm_page, "desk_confirm"),
    (f"{SLOT}renew/", acts.desk_renew_page, "desk_renew"),
    (f"{SLOT}withdraw/", acts.desk_withdraw_page, "desk_withdraw"),
    (f"{SLOT}decline/", acts.desk_decline_page, "desk_decline"),
    (f"{SLOT}account/", accounts.account_page, "desk_account"),
    (f"{SLOT}account/address/", accounts.account_address_page, "desk_account_address"),
    (f"{SLOT}account/link/", accounts.renew_account_link, "desk_account_link"),
    (f"{SLOT}contact/", contact_details.contact_page, "desk_contact"),
    (f"{SLOT}invitation/", contact_details.send_invitation, "desk_invitation"),
    (f"{SLOT}protection/", non_disclosure.non_disclosure_page, "desk_protection"),
    ("checks/<int:pk>/", checks.check_made_page, "desk_check_made"),
    ("checks/<int:pk>/decide/", second_looks.decide_page, "desk_decide"),
    ("checks/<int:pk>/undo/", second_looks.undo_page, "desk_undo"),
    ("staff-changes/", staff_changes.list_staff_changes, "desk_staff_changes"),
    ("staff-changes/<int:pk>/", staff_changes.decide_staff_change, "desk_staff_change"),
    *statistics.STATISTICS_PAGES,
]
