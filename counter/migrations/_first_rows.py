"""What the counter begins with: itself, the document types of C3, and three roles with the least that each needs."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions

DOCUMENT_TYPES = [
    # code, fi, sv, en, is_on
    ("passport", "Passi", "Pass", "Passport", True),
    ("identity-card", "Henkilökortti", "Identitetskort", "Identity card", True),
    ("residence-permit-card", "Oleskelulupakortti", "Uppehållstillståndskort", "Residence permit card", False),
    ("aliens-passport", "Muukalaispassi", "Främlingspass", "Alien’s passport", False),
]
ADVISER = ["counter.use_desk", "counter.issue_account"]
ROLES = {
    "adviser": ADVISER,
    "supervisor": [
        *ADVISER,
        "counter.decide_check",
        "counter.undo_check",
        "counter.see_protected",
        "counter.set_protected",
        "counter.read_trail",
        "counter.read_statistics",
        "counter.erase_person",
    ],
    "operator": [
        "counter.read_statistics",
        "counter.view_counter",
        "counter.change_counter",
        *[
            f"counter.{act}_{what}"
            for what in ("weeklyhours", "exceptionalhours")
            for act in ("view", "add", "change", "delete")
        ],
        *[f"counter.{act}_notice" for act in ("view", "add", "change")],
        *[f"counter.{act}_documenttype" for act in ("view", "add", "change")],
        *[f"applications.{act}_terms" for act in ("view", "add", "change")],
        *[f"upstream.{act}_{what}" for what in ("apiclient", "webhookendpoint") for act in ("view", "add", "change")],
        *[f"upstream.{act}_webhookdelivery" for act in ("view", "change")],
        *[f"mailing.{act}_letter" for act in ("view", "change")],
        *[f"identity.{act}_user" for act in ("view", "add", "change")],
    ],
}


def make_the_counter(apps, schema_editor):
    """Its defaults are the public facts; phone, e-mail and hours are the operator's to fill in."""
    apps.get_model("counter", "Counter").objects.create(id=1)


def make_document_types(apps, schema_editor):
    document_type = apps.get_model("counter", "DocumentType")
    for position, (code, fi, sv, en, is_on) in enumerate(DOCUMENT_TYPES):
        document_type.objects.create(
            code=code, name_fi=fi, name_sv=sv, name_en=en, is_on=is_on, needs_note=not is_on, position=position
        )


def make_roles(apps, schema_editor):
    for label in ("applications", "counter", "identity", "mailing", "upstream"):
        # Django makes permissions after the last migration; the roles need them now.
        create_permissions(installed.get_app_config(label), verbosity=0, apps=apps)
    group, permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    for role, rights in ROLES.items():
        made, _ = group.objects.get_or_create(name=role)
        for right in rights:
            label, _, codename = right.partition(".")
            made.permissions.add(permission.objects.get(content_type__app_label=label, codename=codename))
