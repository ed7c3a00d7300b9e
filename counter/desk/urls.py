"""Every page of the desk: where under the admin's desk/, which view, by which name in the admin's namespace."""

from applications import urls as applications_urls  # noqa: F401  # registers the "reference" of the routes below
from counter.desk import acting, applicant, application, lists, search, statistics, trail
from counter.desk.access import Page

SLOT = "applications/<reference:reference>/<int:position>/"
PAGES: list[Page] = [
    ("", search.desk, "desk"),
    ("checks/", lists.checks, "desk_checks"),
    ("waiting/", lists.waiting, "desk_waiting"),
    ("undeliverable/", lists.undeliverable, "desk_undeliverable"),
    ("second-looks/", lists.second_looks, "desk_second_looks"),
    ("applications/<reference:reference>/", application.application, "desk_application"),
    ("applications/<reference:reference>/trail/", trail.show_application_trail, "desk_trail"),
    (SLOT, applicant.applicant, "desk_applicant"),
    (f"{SLOT}code/", applicant.code, "desk_code"),
    (f"{SLOT}details/", applicant.protected_details, "desk_protected_details"),
    (f"{SLOT}trail/", trail.show_access_log, "desk_access_log"),
    *acting.PAGES,
    *statistics.STATISTICS_PAGES,
]
