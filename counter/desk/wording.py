"""The facts of an entry of the trail in words."""

import datetime as dt
from collections.abc import Mapping

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.email_words import Kind
from applications.enums import PendingReason, RepresentativeKind
from core.actors import Role
from counter.models import DocumentType
from counter.search import SearchReason
from identity.enums import Method

STAFF = frozenset([Role.ADVISER, Role.SUPERVISOR, Role.OPERATOR])

NAMES: dict[str, str | Promise] = {
    "account": gettext_lazy("account"),
    "cause": gettext_lazy("reason"),
    "confirmation": gettext_lazy("confirmation"),
    "document": gettext_lazy("identity document"),
    "email": gettext_lazy("email address"),
    "found": gettext_lazy("people found"),
    "id_check": gettext_lazy("ID check"),
    "language": gettext_lazy("language"),
    "method": gettext_lazy("way of confirming"),
    "number": gettext_lazy("application number"),
    "on_paper_at": gettext_lazy("on paper"),
    "outcome": gettext_lazy("outcome"),
    "page": gettext_lazy("page"),
    "phone": gettext_lazy("phone number"),
    "reason": gettext_lazy("reason"),
    "representative": gettext_lazy("representative"),
    "shown": gettext_lazy("shown"),
}
VALUES: dict[str, Mapping[str, str | Promise]] = {
    "cause": {value: Kind(value).label for value in Kind.values},
    "method": {value: Method(value).label for value in Method.values},
    "outcome": {
        "sound": gettext_lazy("in force"),
        "removed": gettext_lazy("removed whole"),
        "emptied": gettext_lazy("contact details removed"),
        **{value: PendingReason(value).label for value in PendingReason.values},
    },
    "reason": {value: SearchReason(value).label for value in SearchReason.values},
    "representative": {value: RepresentativeKind(value).label for value in RepresentativeKind.values},
}


class Words:
    """Facts in the language of the page. The operator's names of documents are read once for all of them."""

    def __init__(self) -> None:
        self.values = {**VALUES, "document": DocumentType.objects.names()}

    def of(self, facts: Mapping[str, str | int | bool]) -> list[str]:
        """Return each fact that has a value, such as "ID check: 4"."""
        return [self._fact(name, value) for name, value in sorted(facts.items()) if value not in ("", None)]

    def _fact(self, name: str, value: str | int | bool) -> str:  # noqa: FBT001  # one of the kinds of fact
        said = {True: _("yes"), False: _("no")}[value] if isinstance(value, bool) else str(value)
        if name == "on_paper_at":
            said = date_format(timezone.localtime(dt.datetime.fromisoformat(said)), "DATETIME_FORMAT")
        words = {"name": NAMES.get(name, name), "value": self.values.get(name, {}).get(said, said)}
        return _("%(name)s: %(value)s") % words
