"""The counter as the operator describes it in the admin: where it is, how to reach it, when it is open."""

import re
from collections import defaultdict
from dataclasses import dataclass, fields
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format, time_format
from django.utils.functional import cached_property
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.compiled import Compiled
from core.last_known import LastKnown
from counter.opening import Day, Span, Status, Timetable, opening_status

ONLY_ID = 1
TIMETABLES: dict[str, LastKnown[Timetable]] = defaultdict(lambda: LastKnown(Timetable))  # by language


def in_language(record: models.Model, field: str) -> str:
    """Return a text in the language of the page, or in Finnish if there is none: streets have no English name."""
    return str(getattr(record, f"{field}_{get_language()}", None) or getattr(record, f"{field}_fi"))


def _require_all_languages(record: models.Model, field: str) -> None:
    """Check that a text is written in every language or in none. Raises ValidationError."""
    texts = [bool(getattr(record, f"{field}_{code}")) for code, _name in settings.LANGUAGES]
    if any(texts) and not all(texts):
        raise ValidationError({f"{field}_fi": _("Write this in all three languages, or in none.")})


@dataclass(frozen=True)
class Contact:
    """What pages say of the counter in one language, but for its hours."""

    name: str
    street: str
    postal_code: str
    city: str
    place: str
    phone: str
    phone_link: str
    email: str
    map_url: str
    page_url: str
    has_page: bool
    e_service_url: str
    note: str


class Counter(models.Model):
    """The one counter. Its defaults are the public facts, so that it can be shown before anybody edits it.

    The database does not know these defaults; the first migration stores the one row with them.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY_ID, editable=False)
    name_fi = models.CharField(_("name in Finnish"), max_length=100, default="Vuokra-asunnon haun neuvonta")
    name_sv = models.CharField(_("name in Swedish"), max_length=100, default="Rådgivningen om ansökan om hyresbostad")
    name_en = models.CharField(
        _("name in English"), max_length=100, default="Rental apartment search advisory service"
    )
    street_fi = models.CharField(_("street in Finnish"), max_length=100, default="Työpajankatu 8")
    street_sv = models.CharField(_("street in Swedish"), max_length=100, default="Verkstadsgatan 8")
    postal_code = models.CharField(_("postal code"), max_length=5, default="00580")
    city_fi = models.CharField(_("city in Finnish"), max_length=50, default="Helsinki")
    city_sv = models.CharField(_("city in Swedish"), max_length=50, default="Helsingfors")
    place_fi = models.CharField(
        _("place in Finnish"), max_length=100, blank=True, default="Kaupunkiympäristötalo, Kalasatama"
    )
    place_sv = models.CharField(
        _("place in Swedish"), max_length=100, blank=True, default="Stadsmiljöhuset, Fiskehamnen"
    )
    place_en = models.CharField(
        _("place in English"), max_length=100, blank=True, default="Urban Environment House, Kalasatama"
    )
    phone = models.CharField(_("phone number"), max_length=50, blank=True, default="", db_default="")
    email = models.EmailField(_("email address"), blank=True, default="", db_default="")
    feedback_email = models.EmailField(
        _("email address for messages about feedback"),
        blank=True,
        default="",
        db_default="",
        help_text=_("Not shown to customers. If this is empty, these messages go to the email address above."),
    )
    map_url = models.URLField(
        _("web address of the map"),
        blank=True,
        default="https://www.openstreetmap.org/search?query=Ty%C3%B6pajankatu%208%2C%2000580%20Helsinki",
    )
    page_url_fi = models.URLField(
        _("address of the City’s page in Finnish"),
        default="https://www.hel.fi/fi/asuminen/vuokra-asunnon-haun-neuvonta-0",
        help_text=_("The City’s own page about customer service"),
    )
    page_url_sv = models.URLField(_("address of the City’s page in Swedish"), blank=True, default="", db_default="")
    page_url_en = models.URLField(_("address of the City’s page in English"), blank=True, default="", db_default="")
    # Where applications are sent and followed, if that is elsewhere; the leaflets call it the e-service.
    e_service_url_fi = models.URLField(
        _("address of the e-service in Finnish"),
        blank=True,
        default="",
        db_default="",
        help_text=_("Where people log in to the City’s e-service. The link is shown when an address has been entered"),
    )
    e_service_url_sv = models.URLField(_("address of the e-service in Swedish"), blank=True, default="", db_default="")
    e_service_url_en = models.URLField(_("address of the e-service in English"), blank=True, default="", db_default="")
    note_fi = models.TextField(
        _("note in Finnish"), blank=True, default="", db_default="", help_text=_("Shown with the contact details")
    )
    note_sv = models.TextField(_("note in Swedish"), blank=True, default="", db_default="")
    note_en = models.TextField(_("note in English"), blank=True, default="", db_default="")

    class Meta:
        verbose_name = pgettext_lazy("indefinite", "customer service")
        verbose_name_plural = pgettext_lazy("indefinite", "customer service")
        # What members of staff may do at the counter, besides editing its description.
        permissions = [
            ("use_desk", "Serves people at the counter"),
            ("issue_account", "Issues accounts"),
            ("decide_check", "Takes a second look at doubtful checks"),
            ("undo_check", "Undoes checks"),
            ("see_protected", "Sees details under non-disclosure"),
            ("set_protected", "Sets and removes non-disclosure"),
            ("read_trail", "Reads who looked at what"),
            ("read_statistics", "Reads the statistics"),
            ("erase_person", "Erases what is held of a person"),
            ("confirm_staff", "Confirms changes of staff"),
            ("answer_feedback", "Answers feedback"),
        ]
        constraints = [models.CheckConstraint(condition=Q(id=ONLY_ID), name="counter_only_one")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        _require_all_languages(self, "place")
        _require_all_languages(self, "note")
        _require_all_languages(self, "e_service_url")

    @classmethod
    def only(cls) -> "Counter":
        """Return the counter."""
        return _ONLY.first() or Counter()

    @property
    def name(self) -> str:
        return in_language(self, "name")

    @property
    def street(self) -> str:
        """The street with its number, which a no-break space keeps on the same line."""
        return re.sub(r" (?=\d)", "\u00a0", in_language(self, "street"))

    @property
    def city(self) -> str:
        return in_language(self, "city")

    @property
    def place(self) -> str:
        return in_language(self, "place")

    @property
    def note(self) -> str:
        return in_language(self, "note")

    @property
    def page_url(self) -> str:
        return in_language(self, "page_url")

    @property
    def has_page(self) -> bool:
        """Whether the City has a page in the reader's language. Else `page_url` is the Finnish one, and says so."""
        return self.page_url == str(getattr(self, f"page_url_{get_language()}"))

    @property
    def e_service_url(self) -> str:
        return in_language(self, "e_service_url")

    def place_of_check(self, street: str) -> str:
        """Return where a check was made, in the language of the page. Checks keep the street in Finnish.

        A street where the counter is no longer has no other name here.
        """
        return self.street if street == self.street_fi else street

    @property
    def phone_link(self) -> str:
        """The phone number as a tel: address has it (RFC 3966)."""
        return "".join(character for character in self.phone if character in "+0123456789")

    @property
    def contact(self) -> Contact:
        """What constant parts of pages are made of: unlike a record, it equals only what says the same."""
        return Contact(**{each.name: getattr(self, each.name) for each in fields(Contact)})

    @cached_property
    def timetable(self) -> Timetable:
        """When the counter is open, with the exceptional days of today and later."""
        return TIMETABLES[get_language() or ""].now(self._read_timetable)  # it has reasons in one language

    def _read_timetable(self) -> Timetable:
        weekly: dict[int, tuple[Span, ...]] = defaultdict(tuple)
        for hours in _WEEK.rows(counter=self.pk):
            weekly[hours.weekday] += (hours.span,)
        ahead = _AHEAD.rows(counter=self.pk, today=timezone.localdate())
        return Timetable(weekly=weekly, exceptions={exception.date: exception.day for exception in ahead})

    @property
    def status(self) -> Status | None:
        """Whether the counter is open now, and until or from when; None while no hours are known."""
        return opening_status(self.timetable)


class WeeklyHours(models.Model):
    """One stretch of opening hours of one weekday; a day may have several."""

    counter = models.ForeignKey(Counter, on_delete=models.PROTECT, related_name="weekly_hours")
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=WEEKDAYS)  # 0 is Monday
    opens = models.TimeField(_("opening time"))
    closes = models.TimeField(_("closing time"))

    class Meta:
        ordering = ["weekday", "opens"]
        verbose_name = _("opening hours of a weekday")
        verbose_name_plural = _("opening hours")
        constraints = [
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")),
                name="weekly_hours_in_order",
                violation_error_message=_("The closing time must be later than the opening time."),
            ),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="weekly_hours_weekday"),
            models.UniqueConstraint("counter", "weekday", "opens", name="weekly_hours_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {time_format(self.opens)}–{time_format(self.closes)}"

    @property
    def span(self) -> Span:
        return Span(self.opens, self.closes)


class ExceptionQuerySet(models.QuerySet["ExceptionalHours"]):
    def ahead(self) -> Self:
        """Return the exceptional days of today and later."""
        return self.filter(date__gte=timezone.localdate())


class ExceptionalHours(models.Model):
    """A date on which the ordinary hours do not hold: closed, or other hours."""

    counter = models.ForeignKey(Counter, on_delete=models.PROTECT, related_name="exceptions")
    date = models.DateField(_("date"))
    opens = models.TimeField(
        _("opening time"), null=True, blank=True, help_text=_("Leave both times empty if customer service is closed")
    )
    closes = models.TimeField(_("closing time"), null=True, blank=True)
    reason_fi = models.CharField(_("reason in Finnish"), max_length=200, blank=True, default="", db_default="")
    reason_sv = models.CharField(_("reason in Swedish"), max_length=200, blank=True, default="", db_default="")
    reason_en = models.CharField(_("reason in English"), max_length=200, blank=True, default="", db_default="")

    objects = ExceptionQuerySet.as_manager()

    class Meta:
        ordering = ["date"]
        verbose_name = _("exceptional day")
        verbose_name_plural = _("exceptional days")
        constraints = [
            models.UniqueConstraint("counter", "date", name="exceptional_hours_once"),
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True)
                | Q(opens__isnull=False, closes__isnull=False, closes__gt=F("opens")),
                name="exceptional_hours_in_order",
                violation_error_message=_("Enter both times, the later one last, or leave both empty."),
            ),
        ]

    def __str__(self) -> str:
        return date_format(self.date)

    def clean(self) -> None:
        _require_all_languages(self, "reason")

    @property
    def day(self) -> Day:
        spans = (Span(self.opens, self.closes),) if self.opens and self.closes else ()
        return Day(self.date, spans, reason=in_language(self, "reason"))


_ONLY = Compiled(lambda: Counter.objects.order_by("pk")[:1])
_WEEK = Compiled(lambda counter: WeeklyHours.objects.filter(counter=counter))
_AHEAD = Compiled(lambda counter, today: ExceptionalHours.objects.filter(counter=counter, date__gte=today))
