"""The services of the API's clients as people know them, and where people edit the applications of each."""

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from applications import references
from applications.enums import ChangedIn

NOT_A_LINK = _("Enter an address that starts with https://. Only {reference} and {language} may be in curly brackets.")
SAMPLE = "A" * references.LENGTH


def check_change_link(link: str) -> None:
    """Check the address of a page that a service has for editing an application. Raises ValidationError."""
    filled = _filled(link, reference=SAMPLE, language="fi")
    try:
        URLValidator(schemes=["https"])(filled)
    except ValidationError:
        raise ValidationError(NOT_A_LINK) from None
    parts = urlsplit(link)
    if "{" in parts.netloc or "@" in parts.netloc or "{" in filled or "}" in filled:
        raise ValidationError(NOT_A_LINK)


class Origin(models.Model):
    """The service of a client of the API as people know it, and where the client's applications are edited (J6.4)."""

    changed_in = models.CharField(
        _("where applications are edited"),
        max_length=5,
        choices=ChangedIn,
        default=ChangedIn.BOTH,
        db_default=ChangedIn.BOTH,
    )
    name_fi = models.CharField(_("name in Finnish"), max_length=100)
    name_sv = models.CharField(_("name in Swedish"), max_length=100, blank=True, default="", db_default="")
    name_en = models.CharField(_("name in English"), max_length=100, blank=True, default="", db_default="")
    change_link = models.CharField(
        _("address of its page for editing"),
        max_length=500,
        blank=True,
        default="",
        db_default="",
        validators=[check_change_link],
    )

    class Meta:
        default_permissions = ()  # it is edited with its client

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of the page, or in Finnish if there is none."""
        return str(getattr(self, f"name_{get_language()}", "") or self.name_fi)

    def edit_link(self, number: str) -> str:
        """Return the address at which the application of this number is edited; an empty text if none is known."""
        return _filled(self.change_link, reference=number, language=get_language() or "fi")


def _filled(link: str, *, reference: str, language: str) -> str:
    return link.replace("{reference}", reference).replace("{language}", language)
