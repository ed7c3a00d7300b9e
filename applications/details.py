"""An application in words: what one applicant sees of it, and what changed since they last read it.

Everybody sees what the household applies for, and the names of the people. Income, assets, contact details,
address and codes are shown to the applicant whose own they are, and to nobody else (J2, R16, R17).
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import TextChoices
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications.document import ApplicantContent, Content, Resident, Stored
from applications.models import Applicant, Application, Version
from core.masking import mask_hetu

Text = str | Promise


@dataclass(frozen=True)
class Row:
    """What, its value (each of several on a line of its own), and what it was before a change."""

    label: Text
    value: str
    before: str | None = None
    is_contact: bool = False  # where somebody lives and how to reach them, which staff see by right only (R16)

    @property
    def changed(self) -> bool:
        return self.before is not None and self.before != self.value


@dataclass(frozen=True)
class Section:
    """Rows under a heading; `own` where they are about the reader."""

    title: Text
    rows: list[Row]
    own: bool = False


def sections(version: Version, applicant: Applicant) -> list[Section]:
    """Return what this applicant may see of this version, in the language of the page."""
    stored = Stored.model_validate_json(version.content or "")
    everything = [
        Section(_("Your own details"), list(_own(applicant, stored.applicants[applicant.position])), own=True),
        Section(_("The household"), list(_household(stored))),
        Section(_("Current home"), list(_home(stored.content, reader=applicant))),
        Section(_("Need for housing"), list(_need(stored.content, reader=applicant))),
        Section(_("What you are looking for"), list(_wishes(stored.content))),
    ]
    filled = [replace(section, rows=[row for row in section.rows if row.value]) for section in everything]
    return [section for section in filled if section.rows]


def since(digest: str, application: Application, applicant: Applicant) -> list[Section]:
    """Return the current details with what changed since the version with this digest, as this applicant saw it."""
    now = sections(application.version, applicant)
    read = Applicant.objects.filter(version__application=application, version__digest=digest)
    former = read.same_person(applicant).select_related("version").first()
    return _marked(sections(former.version, former), now) if former else now


def _marked(old: list[Section], new: list[Section]) -> list[Section]:
    """Give each row its former value; a row that is gone stays, empty."""
    before = {(str(s.title), str(r.label)): r for s in old for r in s.rows}
    marked = []
    for section in new:
        was = {label: row for (title, label), row in before.items() if title == str(section.title)}
        rows = [
            replace(row, before=was[str(row.label)].value if str(row.label) in was else "") for row in section.rows
        ]
        kept = {str(row.label) for row in section.rows}
        rows += [replace(row, value="", before=row.value) for label, row in was.items() if label not in kept]
        marked.append(replace(section, rows=rows))
    return marked


def _own(applicant: Applicant, content: ApplicantContent) -> Iterator[Row]:
    yield Row(_("Name"), f"{applicant.first_names} {applicant.last_name}")
    if applicant.hetu:
        yield Row(_("Personal identity code"), mask_hetu(applicant.hetu))
    else:
        yield Row(_("Date of birth"), _date(applicant.birth_date))
    yield Row(_("Address"), content.address or "", is_contact=True)
    yield Row(_("Municipality of residence"), content.municipality or "", is_contact=True)
    yield Row(_("Email address"), applicant.email, is_contact=True)
    yield Row(_("Phone number"), applicant.phone, is_contact=True)
    yield Row(_("Language of communication"), str(applicant.get_language_display()))
    yield Row(_("Gross income a month"), _euros(content.income.monthly_gross))
    yield Row(_("Benefits and pensions a month"), _euros(content.income.benefits))
    yield Row(_("Assets"), _euros(content.income.assets))
    yield Row(_("Debts"), _euros(content.income.debts))


def _household(stored: Stored) -> Iterator[Row]:
    main, *others = stored.applicants
    yield Row(_("Main applicant"), _name(main))
    yield Row(_("Co-applicants"), _list(_name(a) for a in others))
    yield Row(_("Others moving in"), _list(_name(r) for r in stored.others_moving_in))


def _home(content: Content, *, reader: Applicant) -> Iterator[Row]:
    home = content.home
    yield Row(_("Kind of home"), _choice(home.dwelling))
    if reader.is_main:
        yield Row(_("Address of the home"), home.address or "", is_contact=True)
    yield Row(_("Number of rooms"), _number(home.rooms))
    yield Row(_("Floor area"), _area(home.area))
    yield Row(_("People living there"), _number(home.residents))
    yield Row(_("Condition"), _choice(home.condition))
    yield Row(_("Tenure"), _choice(home.tenure))
    yield Row(_("Rent a month"), _euros(home.rent))


def _need(content: Content, *, reader: Applicant) -> Iterator[Row]:
    need = content.need
    yield Row(_("Reasons"), _choices(need.reasons))
    yield Row(_("Homeless since"), _date(need.homeless_since))
    yield Row(_("Must move by"), _date(need.must_move_by))
    yield Row(_("Why you must move"), need.must_move_because or "")
    if reader.is_main:
        yield Row(_("More information"), content.more or "")


def _wishes(content: Content) -> Iterator[Row]:
    wishes = content.wishes
    yield Row(_("Kind of application"), _choice(wishes.purpose))
    yield Row(_("Areas"), _list(wishes.areas))
    yield Row(_("Size of the flat"), _choices(wishes.flat_types))
    yield Row(_("Smallest floor area"), _area(wishes.area_min))
    yield Row(_("Largest floor area"), _area(wishes.area_max))
    yield Row(_("Maximum rent a month"), _euros(wishes.highest_rent))
    yield Row(_("Lowest floor"), _number(wishes.lowest_floor))
    yield Row(_("Wishes"), _choices(wishes.features))


def _name(human: ApplicantContent | Resident) -> str:
    return f"{human.first_names or ''} {human.last_name or ''}".strip() or str(_("Unborn child"))


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
