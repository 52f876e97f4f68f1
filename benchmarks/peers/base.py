"""What every peer has in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..export.equations import Equations

Array = NDArray[np.float64]
CORES = 2
"""How many cores every tool may use."""


class Unavailable(Exception):
    """A peer cannot run on this machine; the message says what is missing."""


@dataclass(frozen=True)
class Events:
    """The course as a list of moments: doses are given, then the quantities are seen, then time goes on."""

    time_h: Array
    kinds: tuple[tuple[int, ...], ...]
    """Kinds of dose given at each moment."""
    row: NDArray[np.int32]
    """Row of output at each moment, -1 where there is none."""


class Peer(Protocol):
    """A solver made ready for some equations."""

    name: str
    """As it is called in tables."""
    parallel: str
    """How it uses the cores."""
    tolerances: tuple[float, ...]
    """Relative and absolute tolerances to try, coarse to fine."""
    batch: int
    """How many people it takes at once."""
    worker_cpu_s: float
    """Processor time of worker processes so far; what this process and its threads take is not in it."""

    def run(self, people: int, tolerance: float) -> Array:
        """The quantities of the first ``people``, shape ``(rows, quantities, people)``."""

    def close(self) -> None:
        """End what was started."""


def events_of(equations: Equations) -> Events:
    """Doses and rows of output in one order of time; doses at the end are not given."""
    end = float(equations.times_h[-1])
    given: dict[float, list[int]] = {}
    for time, kind in equations.doses:
        if time < end - 1e-9:
            given.setdefault(round(time, 9), []).append(kind)
    rows = {round(float(t), 9): i for i, t in enumerate(equations.times_h)}
    times = sorted({*given, *rows})
    return Events(
        np.array(times),
        tuple(tuple(given.get(t, ())) for t in times),
        np.array([rows.get(t, -1) for t in times], dtype=np.int32),
    )
