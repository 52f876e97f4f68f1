"""How time grows with people, days and doses: measured, and the exponent of a power law through it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ebbtide.library import Library

from .adapter import make_group
from .contenders import PEERS, Contender, contender, engine
from .export.equations import build_equations
from .workload import STANDARD, Workload, count_doses, thinned

PEOPLE = (0.125, 0.25, 0.5, 1.0)
DAYS = (1.75, 3.5, 7.0, 14.0)
"""With the doses of those days."""
DOSES = (0.125, 0.25, 0.5, 1.0)


@dataclass(frozen=True)
class Growth:
    """Time against one size, the others kept."""

    tool: str
    along: str
    sizes: tuple[float, ...]
    seconds: tuple[float, ...]
    """Shortest of the rounds."""
    exponent: float
    """Of the power law that fits best: 1 is proportional."""


def exponent(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """The slope in logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def growth(
    tool: str, setting: float, people: int, rounds: int, library: Library, folder: Path
) -> list[Growth]:
    """Along people, days and doses."""

    def ready(workload: Workload, count: int) -> Contender:
        group = make_group(workload, library, count)
        if tool not in PEERS:
            return engine(group, tool)
        folder.mkdir(parents=True, exist_ok=True)
        return contender(tool, group, build_equations(group), folder)

    def along(name: str, sizes: Sequence[float], make: Callable[[float], Contender]) -> Growth:
        tools = [make(size) for size in sizes]
        for each in tools:
            each.timed(each.most, setting)
        spent = np.array([[each.timed(each.most, setting).wall_s for each in tools] for _ in range(rounds)])
        for each in tools:
            each.close()
        shortest = tuple(spent.min(axis=0).tolist())
        return Growth(tool, name, tuple(sizes), shortest, exponent(sizes, shortest))

    counts = [max(round(people * share), 4) for share in PEOPLE]
    doses = {float(count_doses(w.doses)): w for w in (thinned(STANDARD, share) for share in DOSES)}
    return [
        along("people", counts, lambda size: ready(STANDARD, int(size))),
        along("days", DAYS, lambda size: ready(STANDARD.over(size), people)),
        along("doses", tuple(doses), lambda size: ready(doses[size], people)),
    ]
