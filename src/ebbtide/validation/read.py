"""From a study file to a :class:`Study`: keys, names of arms and rules checked before anything runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any

from ebbtide.case.checking import checked
from ebbtide.case.read import read_toml
from ebbtide.library import InputError, unknown_name

from .schema import RawArm, RawObserved, RawPopulation, RawStudy, RawStudyHead
from .statistics import COMPARISONS, check_statistic

DATE = "2001-01-01"
"""Of day 1: a Monday. Studies have clock times and no date."""
AMONG = ("all", "in_programme", "not_returned")


@dataclass(frozen=True)
class Study:
    """A study file whose keys are valid; amounts and times are still as written."""

    head: RawStudyHead
    population: RawPopulation
    arms: Mapping[str, RawArm]
    start: str
    """Instant of 0 h on day 1."""
    path: str


def study_files(folder: Path) -> tuple[Path, ...]:
    """The study files of a folder and its sub-folders, in order of name.

    Raises
    ------
    InputError
        When there is no such folder or no study in it.
    """
    if not folder.is_dir():
        raise InputError("no such folder", where="--studies", value=str(folder))
    files = tuple(sorted(folder.rglob("*.toml")))
    if not files:
        raise InputError("no study files (*.toml) in it", where="--studies", value=str(folder))
    return files


def read_study(path: Path) -> Study:
    """Read and check a study file; :class:`InputError` names file, key, value and what is allowed."""
    return parse_study(read_toml(path), str(path))


def parse_study(raw: Mapping[str, Any], where: str) -> Study:
    """Check a study that is already in memory.

    Raises
    ------
    InputError
        For the first thing that is wrong.
    """
    file = checked(RawStudy, raw, where)
    arms: dict[str, RawArm] = {}
    for index, arm in enumerate(file.arms):
        if arm.name in arms:
            raise InputError("the name is used twice", where=f"{where}: arms[{index}].name", value=arm.name)
        arms[arm.name] = arm
    for index, arm in enumerate(file.arms):
        place = f"{where}: arms[{index}]"
        _check_pool(arm, arms, place)
        for i, row in enumerate(arm.observed):
            _check_row(row, arms, f"{place}.observed[{i}]")
    if not any(arm.observed for arm in file.arms):
        raise InputError("nothing is observed", where=where, allowed="[[arms.observed]]")
    start = f"{DATE}T{_clock_time(file.study.start, f'{where}: study.start')}+00:00"
    return Study(file.study, file.population, arms, start, where)


def _check_pool(arm: RawArm, arms: Mapping[str, RawArm], where: str) -> None:
    if arm.pool is None:
        return
    for key in ("history", "doses", "products", "supports", "observations", "population"):
        if getattr(arm, key):
            raise InputError("a pool has only people of other arms", where=f"{where}.{key}")
    others = [name for name, other in arms.items() if other.pool is None]
    for name, n in arm.pool.items():
        if name not in others:
            raise unknown_name("arm", name, others, f"{where}.pool")
        if n < 1:
            raise InputError("an arm has at least one person", where=f"{where}.pool", value=n)


def _check_row(row: RawObserved, arms: Mapping[str, RawArm], where: str) -> None:
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
    if row.criterion is not None:
        raise InputError("not supported yet", where=f"{where}.criterion")
    if isinstance(row.among, str):
        if row.among not in AMONG:
            raise unknown_name("group", row.among, AMONG, f"{where}.among")
        if row.among != "all":
            raise InputError("not supported yet", where=f"{where}.among", value=row.among)
    if row.value is None and row.words is None:
        raise InputError(
            "key is missing", where=f"{where}.value", allowed="a number, or words and a range in accept"
        )
    rule = row.accept
    if row.value is None and (rule.low is None and rule.high is None):
        raise InputError("words alone cannot be judged", where=f"{where}.accept", allowed="low or high")
    if rule.width_fold is not None and rule.band is None:
        raise InputError('needs "band"', where=f"{where}.accept.width_fold")


def _clock_time(value: object, where: str) -> str:
    try:
        return (value if isinstance(value, time) else time.fromisoformat(str(value).zfill(5))).isoformat(
            "minutes"
        )
    except ValueError as error:
        raise InputError("not a clock time", where=where, value=str(value), allowed='"08:00"') from error
