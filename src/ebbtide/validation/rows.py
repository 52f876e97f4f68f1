"""The observed rows of a study with their times resolved in every arm that they look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ebbtide.library import InputError, Library, unknown_name

from .among import read_among
from .groups import Group
from .protocol import Protocol
from .read import Study
from .reading import Reading, check_quantity, resolve
from .schema import RawAmong, RawArm, RawObserved
from .statistics import COMPARISONS, check_statistic

LEFT_OUT = "arm left out"


@dataclass(frozen=True)
class ArmReading:
    """A row in one arm: one reading for each group of its people."""

    arm: str
    groups: tuple[tuple[Group, Reading], ...]


@dataclass(frozen=True)
class ObservedRow:
    """One row: what it looks at, and what it compares that with."""

    row: RawObserved
    arm: RawArm
    base: tuple[ArmReading, ...]
    """One for each arm that is pooled."""
    other: tuple[ArmReading, ...]
    among: RawAmong | tuple[str, ...]
    where: str
    not_run: str = ""
    """Why the row cannot be evaluated."""

    @property
    def statistic(self) -> str:
        """The statistic of each side; of a comparison the one that ``of`` names."""
        compared = self.row.statistic in COMPARISONS
        return (self.row.of or "value") if compared else self.row.statistic

    @property
    def readings(self) -> tuple[Reading, ...]:
        """All readings."""
        return tuple(reading for arm in self.base + self.other for _, reading in arm.groups)

    @property
    def named(self) -> tuple[str, ...]:
        """The quantities of the row itself."""
        return (self.row.quantity,) if isinstance(self.row.quantity, str) else tuple(self.row.quantity)

    @property
    def quantities(self) -> tuple[str, ...]:
        """All quantities that it needs."""
        hazards = self.among if isinstance(self.among, tuple) else ()
        return self.named + ((self.row.per,) if self.row.per is not None else ()) + hazards


def read_rows(
    study: Study,
    library: Library,
    protocols: Mapping[str, Protocol],
    failed: Mapping[str, str],
    available: Sequence[str],
) -> tuple[ObservedRow, ...]:
    """All rows of ``study``; a row that cannot be evaluated says why.

    ``failed`` are arms that are not in ``protocols``, each with the reason: ``""`` for one that the study
    itself leaves out.
    """
    result = []
    for a, arm in enumerate(study.arms.values()):
        for i, row in enumerate(arm.observed):
            where = f"{study.path}: arms[{a}].observed[{i}]"
            observed = ObservedRow(row, arm, (), (), (), where)
            try:
                check_row(row, study.arms, where)
                result.append(_read_row(observed, study, library, protocols, failed, tuple(available)))
            except InputError as error:
                result.append(replace(observed, not_run=str(error)))
    return tuple(result)


def check_row(row: RawObserved, arms: Mapping[str, RawArm], where: str) -> None:
    """:class:`InputError` for keys that do not go together, and for names that do not exist."""
    check_statistic(row.statistic, f"{where}.statistic")
    if row.of is not None:
        check_statistic(row.of, f"{where}.of")
        if row.of in COMPARISONS or row.statistic not in COMPARISONS:
            raise InputError(
                f"goes with {' and '.join(COMPARISONS)}, and names another statistic",
                where=f"{where}.of",
                value=row.of,
            )
    if row.statistic in COMPARISONS and row.arm is None and row.arm_at is None:
        raise InputError("key is missing", where=f"{where}.arm", allowed="an arm to compare with, or arm_at")
    if row.arm is not None and row.arm not in arms:
        raise unknown_name("arm", row.arm, arms, f"{where}.arm")
    if row.value is None and row.words is None:
        raise InputError(
            "key is missing", where=f"{where}.value", allowed="a number, or words and a range in accept"
        )
    rule = row.accept
    if row.value is None and (rule.low is None and rule.high is None):
        raise InputError("words alone cannot be judged", where=f"{where}.accept", allowed="low or high")
    if rule.width_fold is not None and rule.band is None:
        raise InputError('needs "band"', where=f"{where}.accept.width_fold")
    if not row.quantity:
        raise InputError("key is missing", where=f"{where}.quantity")


def _read_row(
    observed: ObservedRow,
    study: Study,
    library: Library,
    protocols: Mapping[str, Protocol],
    failed: Mapping[str, str],
    available: tuple[str, ...],
) -> ObservedRow:
    row, arm, where = observed.row, observed.arm, observed.where
    observed = replace(observed, among=read_among(row, where))
    for quantity in observed.quantities:
        check_quantity(quantity, available, where)
    if isinstance(row.quantity, list) and row.statistic != "percent_event_free":
        raise InputError("several quantities go with percent_event_free", where=f"{where}.quantity")

    def readings(of: RawArm, at: str | None) -> tuple[ArmReading, ...]:
        members = [name for name in (of.pool or {of.name: 1}) if name in protocols]
        if not members:
            reasons = [failed[name] for name in (of.pool or {of.name: 1}) if failed.get(name)]
            raise InputError(reasons[0] if reasons else LEFT_OUT)
        return tuple(
            ArmReading(
                name,
                tuple(
                    (
                        group,
                        resolve(
                            row, name, group, library, where,
                            statistic=observed.statistic, at=at, endless=protocols[name].endless,
                        ),
                    )
                    for group in protocols[name].groups
                ),
            )
            for name in members
        )  # fmt: skip

    base = readings(arm, row.at)
    other: tuple[ArmReading, ...] = ()
    if row.statistic in COMPARISONS:
        other = readings(study.arms[row.arm] if row.arm else arm, row.arm_at or row.at)
    return replace(observed, base=base, other=other)
