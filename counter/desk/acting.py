"""The pages on which something is done for a person, or with a check."""

from counter.desk import accounts, checking, confirming, contacting, deciding, protecting
from counter.desk.access import Page

SLOT = "applications/<reference:reference>/<int:position>/"
PAGES: list[Page] = [
    (f"{SLOT}check/", checking.check, "desk_check"),
    (f"{SLOT}confirm/", confirming.confirm, "desk_confirm"),
    (f"{SLOT}account/", accounts.account, "desk_account"),
    (f"{SLOT}account/address/", accounts.address, "desk_account_address"),
    (f"{SLOT}account/link/", accounts.link, "desk_account_link"),
    (f"{SLOT}contact/", contacting.contact, "desk_contact"),
    (f"{SLOT}invitation/", contacting.invitation, "desk_invitation"),
    (f"{SLOT}protection/", protecting.protect, "desk_protection"),
    ("checks/<int:pk>/", checking.made, "desk_check_made"),
    ("checks/<int:pk>/decide/", deciding.decide, "desk_decide"),
    ("checks/<int:pk>/undo/", deciding.undo, "desk_undo"),
]
