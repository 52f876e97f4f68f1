"""From a study file to a :class:`Study`: keys, names of arms and rules checked before anything runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any

from ebbtide.case import read_toml
from ebbtide.case.checking import checked
from ebbtide.library import InputError, unknown_name

from .schema import RawArm, RawPopulation, RawStudy, RawStudyHead

DATE = "2001-01-01"
"""Of day 1: a Monday. Studies have clock times and no date."""


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
        _check_pool(arm, arms, f"{where}: arms[{index}]")
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


def _clock_time(value: object, where: str) -> str:
    try:
        return (value if isinstance(value, time) else time.fromisoformat(str(value).zfill(5))).isoformat(
            "minutes"
        )
    except ValueError as error:
        raise InputError("not a clock time", where=where, value=str(value), allowed='"08:00"') from error
