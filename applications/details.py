"""An application in words: what one applicant sees of it, and what changed since they last read it.

Everybody sees what the household applies for, and the names of the people. Each applicant sees only their own
income, assets, contact details, address and code (J2, R16, R17).
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import TextChoices
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications.districts import area_names
from applications.document import ApplicantContent, Resident, Stored
from applications.models import Applicant, Application, Version
from core.addresses import shown_address
from core.masking import mask_hetu
from core.personal_names import joined_name

Text = str | Promise


@dataclass(frozen=True)
class Row:
    """A label, its value, and what it was before a change. Each of several values has a line of its own."""

    label: Text
    value: str
    before: str | None = None
    is_contact: bool = False  # where somebody lives and how to reach them, which staff see by right only (R16)

    @property
    def changed(self) -> bool:
        return self.before is not None and self.before != self.value

    @property
    def before_in_one_line(self) -> str:
        return ", ".join((self.before or "").splitlines())


@dataclass(frozen=True)
class Section:
    """Rows under a heading; `own` where they are about the reader, `is_long` where a page may fold them."""

    title: Text
    rows: list[Row]
    own: bool = False
    is_long: bool = False


def sections(version: Version, applicant: Applicant) -> list[Section]:
    """Return what this applicant may see of this version, in the language of the page."""
    stored = Stored.model_validate_json(version.content or "")
    content = stored.applicants[applicant.position]
    own = [
        Row(_("Name"), str(applicant)),
        Row(_("Personal identity code"), mask_hetu(applicant.hetu))
        if applicant.hetu
        else Row(_("Date of birth"), _date(applicant.birth_date)),
        Row(_("Address"), content.address or "", is_contact=True),
        Row(_("Municipality of residence"), content.municipality or "", is_contact=True),
        Row(_("Email address"), shown_address(applicant.email), is_contact=True),
        Row(_("Phone number"), applicant.phone, is_contact=True),
        Row(_("Language of communication"), str(applicant.get_language_display())),
        Row(_("Gross income per month"), _euros(content.income.monthly_gross)),
        Row(_("Benefits and pensions per month"), _euros(content.income.benefits)),
        Row(_("Assets"), _euros(content.income.assets)),
        Row(_("Debts"), _euros(content.income.debts)),
    ]
    everything = [Section(_("Your own details"), own, own=True), *_shared_sections(stored, reader=applicant)]
    filled = [replace(section, rows=[row for row in section.rows if row.value]) for section in everything]
    return [section for section in filled if section.rows]


def since(digest: str, application: Application, applicant: Applicant) -> list[Section]:
    """Return the current details with what changed since the version with this digest, as this applicant saw it.

    Each row has its former value. A row that is gone stays, empty.
    """
    now = sections(application.version, applicant)
    read = Applicant.objects.filter(version__application=application, version__digest=digest)
    former = read.same_person(applicant).select_related("version").first()
    if former is None:
        return now
    before = {(str(s.title), str(r.label)): r for s in sections(former.version, former) for r in s.rows}
    marked = []
    for section in now:
        was = {label: row for (title, label), row in before.items() if title == str(section.title)}
        rows = [
            replace(row, before=was[str(row.label)].value if str(row.label) in was else "") for row in section.rows
        ]
        kept = {str(row.label) for row in section.rows}
        rows += [replace(row, value="", before=row.value) for label, row in was.items() if label not in kept]
        marked.append(replace(section, rows=rows))
    return marked


def changes_since(digest: str, application: Application, applicant: Applicant) -> list[Section]:
    """Return what since() marks as changed, and nothing else."""
    marked = [replace(s, rows=[r for r in s.rows if r.changed]) for s in since(digest, application, applicant)]
    return [section for section in marked if section.rows]


def _shared_sections(stored: Stored, *, reader: Applicant) -> Iterator[Section]:
    """Yield what all applicants see; the address of the home and the free text only for the main applicant."""
    main, *others = stored.applicants
    home, need, wishes = stored.content.home, stored.content.need, stored.content.wishes
    household = [
        Row(_("Main applicant"), _name(main)),
        Row(_("Co-applicants"), _list(_name(a) for a in others)),
        Row(_("Others moving in"), _list(_name(r) for r in stored.others_moving_in)),
    ]
    yield Section(_("The household"), household)
    current_home = [
        Row(_("Type of home"), _choice(home.dwelling)),
        Row(_("Address of the home"), (home.address or "") if reader.is_main else "", is_contact=True),
        Row(_("Number of rooms"), _number(home.rooms)),
        Row(_("Floor area"), _area(home.area)),
        Row(_("People living there"), _number(home.residents)),
        Row(_("Condition"), _choice(home.condition)),
        Row(_("Tenure"), _choice(home.tenure)),
        Row(_("Rent per month"), _euros(home.rent)),
    ]
    yield Section(_("Current home"), current_home, is_long=True)
    need_for_housing = [
        Row(_("Reasons"), _choices(need.reasons)),
        Row(_("Homeless since"), _date(need.homeless_since)),
        Row(_("Must move by"), _date(need.must_move_by)),
        Row(_("Why you must move"), need.must_move_because or ""),
        Row(_("More information"), (stored.content.more or "") if reader.is_main else ""),
    ]
    yield Section(_("Need for housing"), need_for_housing, is_long=True)
    looked_for = [
        Row(_("Type of application"), _choice(wishes.purpose)),
        Row(_("Areas"), _list(area_names(wishes.areas))),
        Row(_("Size of the flat"), _choices(wishes.flat_types)),
        Row(_("Smallest floor area"), _area(wishes.area_min)),
        Row(_("Largest floor area"), _area(wishes.area_max)),
        Row(_("Maximum rent per month"), _euros(wishes.highest_rent)),
        Row(_("Lowest floor"), _number(wishes.lowest_floor)),
        Row(_("Wishes"), _choices(wishes.features)),
    ]
    yield Section(_("What you are looking for"), looked_for, is_long=True)


def _name(human: ApplicantContent | Resident) -> str:
    nameless = _("Unborn child") if human.born is None else _("A child who has no name yet")
    return joined_name(human.first_names, human.last_name) or str(nameless)


def _list(texts: Iterable[str]) -> str:
    return "\n".join(texts)


def _choice(choice: TextChoices | None) -> str:
    return "" if choice is None else str(choice.label)


def _choices(choices: Iterable[TextChoices]) -> str:
    return _list(_choice(choice) for choice in choices)


def _date(day: dt.date | None) -> str:
    return "" if day is None else formats.date_format(day)


def _number(number: int | Decimal | None, decimals: int | None = None) -> str:
    return "" if number is None else formats.number_format(number, decimals, force_grouping=True)


def _euros(amount: Decimal | None) -> str:
    # A no-break space keeps the sum and its unit on one line.
    return "" if amount is None else f"{_number(amount, 2)}\u00a0€"


def _area(area: int | Decimal | None) -> str:
    return "" if area is None else f"{_number(area)}\u00a0m²"
