"""The observed rows of a study with their times resolved in every arm that they look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ebbtide.case.checking import checked
from ebbtide.library import InputError, Library

from .protocol import Protocol
from .read import Study
from .reading import Reading, check_quantity, resolve
from .schema import RawAmong, RawArm, RawObserved
from .statistics import COMPARISONS


@dataclass(frozen=True)
class ObservedRow:
    """One row: what it looks at, and what it compares that with."""

    row: RawObserved
    arm: RawArm
    base: tuple[Reading, ...]
    """One for each arm that is pooled; empty when the arm was left out."""
    other: tuple[Reading, ...]
    among: RawAmong | None
    where: str

    @property
    def statistic(self) -> str:
        """The statistic of each side; of a comparison the one that ``of`` names."""
        compared = self.row.statistic in COMPARISONS
        return (self.row.of or "value") if compared else self.row.statistic

    @property
    def readings(self) -> tuple[Reading, ...]:
        """All readings."""
        return self.base + self.other

    @property
    def quantities(self) -> tuple[str, ...]:
        """All quantities that it needs."""
        named = [self.row.quantity] if isinstance(self.row.quantity, str) else self.row.quantity
        return tuple(named) + ((self.row.per,) if self.row.per else ())


def read_rows(
    study: Study, library: Library, protocols: Mapping[str, Protocol], available: tuple[str, ...]
) -> tuple[ObservedRow, ...]:
    """All rows of ``study``; arms that are not in ``protocols`` were left out.

    Raises
    ------
    InputError
        For an unknown quantity or a time that cannot be read.
    """
    return tuple(
        _read_row(row, arm, study, library, protocols, available, f"{study.path}: arms[{a}].observed[{i}]")
        for a, arm in enumerate(study.arms.values())
        for i, row in enumerate(arm.observed)
    )


def _read_row(
    row: RawObserved,
    arm: RawArm,
    study: Study,
    library: Library,
    protocols: Mapping[str, Protocol],
    available: tuple[str, ...],
    where: str,
) -> ObservedRow:
    among = None if row.among == "all" else _among(row, where)
    observed = ObservedRow(row, arm, (), (), among, where)
    for quantity in observed.quantities:
        check_quantity(quantity, available, where)
    if isinstance(row.quantity, list) and row.statistic != "percent_event_free":
        raise InputError("several quantities go with percent_event_free", where=f"{where}.quantity")

    def readings(of: RawArm, at: str | None) -> tuple[Reading, ...]:
        members = [name for name in (of.pool or {of.name: 1}) if name in protocols]
        return tuple(
            resolve(row, protocols[name], library, where, statistic=observed.statistic, at=at)
            for name in members
        )

    base = readings(arm, row.at)
    other: tuple[Reading, ...] = ()
    if row.statistic in COMPARISONS:
        other = readings(study.arms[row.arm] if row.arm else arm, row.arm_at or row.at)
    return replace(observed, base=base, other=other)


def _among(row: RawObserved, where: str) -> RawAmong:
    if row.since is None:
        raise InputError(
            "key is missing", where=f"{where}.from", allowed="the time that a rise is counted from"
        )
    return checked(RawAmong, row.among, f"{where}.among")
