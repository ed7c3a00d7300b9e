"""People whose mark of non-disclosure does not hold in all their applications (R16)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, groupby
from typing import Any

from applications.models import Applicant
from applications.protection import are_named_alike
from applications.verification.faults import BATCH, Places, finds, opened, row_at
from core.crypto import sealed

HETU = Applicant._meta.get_field("hetu")


@dataclass(frozen=True)
class _Slot:
    """What tells whose a slot is, and whether it is marked."""

    key: int
    application: int
    reference: str
    first_names: str
    last_name: str
    is_marked: bool
    is_marked_here: bool  # for this application alone
    is_current: bool

    @property
    def is_open_to_all(self) -> bool:
        return not (self.is_marked or self.is_marked_here)


@dataclass(frozen=True)
class _Person:
    """The slots of one code, or a single slot without one."""

    slots: tuple[_Slot, ...]
    has_code: bool

    @property
    def is_marked(self) -> bool:
        return any(slot.is_marked for slot in self.slots)

    def may_be(self, other: "_Person") -> bool:
        """Tell whether two are one: the same, or one has no code and a name like one of the other's."""
        if self is other or (self.has_code and other.has_code):
            return self is other
        return any(are_named_alike(one, two) for one in self.slots for two in other.slots)


@finds("mark", "A person under non-disclosure in one application is not in another (R16).")
def _marks() -> Places:
    """Compare people who are born on one day, so that those of one day are in memory and nobody else."""
    days = Applicant.objects.filter(protected=True).values("birth_date")
    slots = Applicant.objects.filter(birth_date__in=days).annotate(code=sealed("hetu"))
    facts = slots.values_list(
        *("birth_date", "code", "hetu_index", "pk", "version__application", "version__application__reference"),
        *("first_names", "last_name", "protected", "protected_here_only", "version__current_of"),
    )
    for _day, born in groupby(facts.order_by("birth_date", "pk").iterator(chunk_size=BATCH), key=lambda fact: fact[0]):
        for slot in sorted(_unmarked(born), key=lambda slot: slot.key):
            yield row_at(Applicant, slot.key, slot.reference)


def _unmarked(born: Iterable[tuple[Any, ...]]) -> set[_Slot]:
    """Return the slots without the mark that their person has, of people born on one day."""
    of_code: dict[str, list[_Slot]] = {}
    newcomers: list[_Slot] = []
    for _day, code, index, key, application, reference, first, last, protected, here_only, current_of in born:
        is_marked = protected and not here_only
        slot = _Slot(key, application, reference, first, last, is_marked, here_only, current_of is not None)
        hetu = opened(code, HETU)
        if hetu:
            of_code.setdefault(hetu, []).append(slot)
        elif index is None:
            newcomers.append(slot)
    named: dict[tuple[int, str, str], list[_Slot]] = {}
    for slot in newcomers:
        named.setdefault((slot.application, slot.first_names, slot.last_name), []).append(slot)
    alone = [_Person((slot,), has_code=False) for slot in newcomers]
    people = [*(_Person(tuple(slots), has_code=True) for slots in of_code.values()), *alone]
    of_one = chain.from_iterable(map(_unmarked_of, [*of_code.values(), *named.values()]))
    return {*of_one, *_unmarked_namesakes(alone, people)}


def _unmarked_of(slots: list[_Slot]) -> Iterator[_Slot]:
    """Return a person's slots without the mark that they have in all applications, or in an earlier version."""
    is_marked = any(slot.is_marked for slot in slots)
    marked_in = {slot.application for slot in slots if slot.is_marked_here}
    for slot in slots:
        is_left_out = slot.is_open_to_all and slot.is_current and slot.application in marked_in
        if is_left_out or (is_marked and not slot.is_marked):
            yield slot


def _unmarked_namesakes(newcomers: list[_Person], people: list[_Person]) -> Iterator[_Slot]:
    """Compare whoever has no code with whoever may be the same by name.

    Somebody may be like two people who are not like each other. Whose mark is theirs nobody can tell then, so only
    those are compared who are like the same people.
    """
    for one in newcomers:
        for other in people:
            if one.is_marked == other.is_marked or not one.may_be(other):
                continue
            if all(one.may_be(third) == other.may_be(third) for third in people):
                yield from (slot for slot in (*one.slots, *other.slots) if not slot.is_marked)
