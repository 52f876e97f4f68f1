"""How fast each tool is at the accuracy that all are held to, in rounds that take turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from .adapter import Group, some_people
from .contenders import ENGINE, ENGINE_FAST, Contender, Spent, engine
from .references import largest_error

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Point:
    """Work and precision of one setting."""

    tool: str
    setting: float
    error: float
    """Largest error of any quantity, as a share of its range."""
    quantity: str
    people_per_s: float
    cpu_ms: float
    """Processor time a person."""


@dataclass(frozen=True)
class Result:
    """One tool at its fastest setting that reaches the accuracy."""

    tool: str
    parallel: str
    setting: float
    error: float
    people: int
    people_per_s: float
    """Median over the rounds."""
    slowest: float
    fastest: float
    cpu_ms: float
    """Processor time a person, median over the rounds."""


def enough_people(contender: Contender, setting: float, seconds: float) -> int:
    """So many that a run takes about ``seconds``; the first run makes the tool warm."""
    least = max(contender.batch, 4)
    contender.timed(least, setting)
    first = contender.timed(least, setting)
    wanted = first.people * seconds / max(first.wall_s, 1e-6)
    rounded = int(wanted) // contender.batch * contender.batch
    return max(2, contender.batch, min(contender.most, rounded))


def work_precision(
    contender: Contender, group: Group, exact: Array, seconds: float, goal: float
) -> list[Point]:
    """A point for each setting, up to the second that is ten times better than ``goal``."""
    points: list[Point] = []
    checked = exact.shape[-1]
    few = engine(some_people(group, list(range(checked))), contender.name) if contender.whole else contender
    for setting in contender.settings:
        error, quantity = largest_error(few.run(checked, setting), exact, group)
        spent = contender.timed(enough_people(contender, setting, seconds), setting)
        points.append(
            Point(
                contender.name,
                setting,
                error,
                quantity,
                spent.people / spent.wall_s,
                1e3 * spent.cpu_s / spent.people,
            )
        )
        if sum(p.error < goal / 10 for p in points) > 1:
            break
    return points


def best_setting(points: Sequence[Point], goal: float) -> Point | None:
    """The cheapest point that reaches ``goal``."""
    good = [p for p in points if p.error <= goal]
    return min(good, key=lambda p: p.cpu_ms) if good else None


def race(
    contenders: Sequence[Contender], chosen: Mapping[str, Point], rounds: int, seconds: float
) -> list[Result]:
    """All contenders, one after the other, ``rounds`` times over."""
    people = {c.name: enough_people(c, chosen[c.name].setting, seconds) for c in contenders}
    spent: dict[str, list[Spent]] = {c.name: [] for c in contenders}
    # in turns, so that a busy minute hits all alike
    for _ in range(rounds):
        for c in contenders:
            spent[c.name].append(c.timed(people[c.name], chosen[c.name].setting))
    results = []
    for c in contenders:
        speed = [s.people / s.wall_s for s in spent[c.name]]
        results.append(
            Result(
                c.name,
                c.parallel,
                chosen[c.name].setting,
                chosen[c.name].error,
                spent[c.name][0].people,
                median(speed),
                min(speed),
                max(speed),
                median(1e3 * s.cpu_s / s.people for s in spent[c.name]),
            )
        )
    return results


def ratios(results: Sequence[Result]) -> dict[str, float]:
    """How many times as fast as each peer the faster of the two engine rows is, by people a second."""
    ours = max((r.people_per_s for r in results if r.tool in {ENGINE, ENGINE_FAST}), default=0.0)
    return {r.tool: ours / r.people_per_s for r in results if r.tool not in {ENGINE, ENGINE_FAST}}
