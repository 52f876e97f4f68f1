"""What everybody shares: one composition of compounds, and the times of a day at which things are taken."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ebbtide.case import parse_case
from ebbtide.engine.people import Composition, compose
from ebbtide.engine.regimen import DoseKind, expand, inputs_of, kind_of
from ebbtide.library import Library
from ebbtide.physiology.entry import absorption_of

from .assumed import DAY_H, Way

INTRAVENOUS = "intravenous"
PARTS_KEPT = ("sedation", "sleep.total", "risk.return_to_use")
"""A quantity of each part of the body that is kept; the others cost time and show nothing that is used."""


@dataclass(frozen=True)
class Slot:
    """Something taken at an hour of a day: part of what one way of taking it gives on that day."""

    hour: float
    days_later: int
    """A lag may put it on a later day."""
    kind: int
    way: int
    share: float
    """Of the day's amount."""
    taken_h: float
    """Clock time at which it was taken; ``hour`` is when it enters."""


@dataclass(frozen=True)
class Setup:
    """What everybody shares."""

    library: Library
    composition: Composition
    kinds: tuple[DoseKind, ...]
    """Doses of 1 mg."""
    slots: tuple[Slot, ...]
    kinds_by_amount: tuple[bool, ...]
    """Whether what enters of a kind is not in proportion to the amount."""

    @property
    def hours(self) -> tuple[float, ...]:
        """The different clock times of the slots."""
        return tuple(sorted({slot.hour for slot in self.slots}))


def set_up(library: Library, ways: tuple[Way, ...], parts: tuple[str, ...] = PARTS_KEPT) -> Setup:
    """The composition for all ways, and the slots of a day; ``parts`` of the body are kept.

    Enzymes that one compound takes from another (methadone slows oxycodone a little) are left out, so that
    kinetics are linear and doses of any size are multiples of 1 mg.
    """
    kinds: dict[DoseKind, int] = {}
    slots = []
    for index, way in enumerate(ways):
        for delay, kind in expand(library, _one_mg(library, way.product)):
            number = kinds.setdefault(kind, len(kinds))
            for hour in way.hours:
                late, at = divmod(round(hour + delay, 6), DAY_H)
                slots.append(Slot(at, int(late), number, index, 1.0 / len(way.hours), hour))
    composition = compose(library, inputs_of(library, kinds))
    body = composition.body.body
    kept = tuple(part for part in body.parts if set(parts) & set(part.quantities))
    system = replace(composition.body, body=replace(body, parts=kept), network=None)
    uneven = tuple(
        any(
            absorption_of(library, given.entry)[0].dose_dependence is not None
            for given in kind.contents(library)
            if given.entry[1] != INTRAVENOUS
        )
        for kind in kinds
    )
    return Setup(library, replace(composition, body=system), tuple(kinds), tuple(slots), uneven)


def scaled(kind: DoseKind, mg: float) -> DoseKind:
    """``mg`` of a kind of 1 mg."""
    amounts = tuple((name, nmol * mg) for name, nmol in kind.amounts_nmol)
    return replace(kind, active_mg=mg, amounts_nmol=amounts)


def _one_mg(library: Library, product: str) -> DoseKind:
    raw = {
        "case": {"id": product, "start": datetime(2000, 1, 1, tzinfo=UTC), "duration": "1 d"},
        "doses": [{"product": product, "amount": "1 mg", "at": "0 h"}],
    }
    [dose] = parse_case(raw, library, product).doses
    return kind_of(dose)
