"""People divided among worker processes, for solvers that hold Python's lock."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np

from ..export.equations import Equations
from .base import CORES, Array, Events, Unavailable

MOST_LOADING_S = 120.0
PARALLEL = f"{CORES} processes, people divided among them"
Solve = Callable[[float, Array, Array], Array]
"""From a tolerance, one person's parameters and jumps ``(kinds, states)`` to ``(rows, quantities)``."""

_solve: Solve | None = None
"""Of a worker process."""


class Workers:
    """Worker processes, each with a solver that ``load(numbers)`` makes ready.

    Raises
    ------
    Unavailable
        When that takes too long: libRoadRunner copies every shared expression to where it is used.
    """

    def __init__(self, equations: Equations, load: Callable[[Any], Solve], numbers: Any) -> None:
        self.equations = equations
        self.cpu_s = 0.0
        # a spawned process has none of the threads of this one
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(CORES, context, _make_ready, (load, numbers))
        self._load_once()

    def _load_once(self) -> None:
        others = set(multiprocessing.active_children())
        try:
            self._pool.submit(_is_ready).result(timeout=MOST_LOADING_S)
        except TimeoutError:
            for child in set(multiprocessing.active_children()) - others:
                child.kill()
            self._pool.shutdown(cancel_futures=True)
            raise Unavailable(f"the model was not loaded within {MOST_LOADING_S:g} s") from None

    def run(self, people: int, tolerance: float) -> Array:
        """The quantities of the first ``people``, shape ``(rows, quantities, people)``."""
        e = self.equations
        chunks = [list(range(i, people, CORES)) for i in range(min(CORES, people))]
        jobs = [
            self._pool.submit(_some, tolerance, e.values[:, chunk].T, np.moveaxis(e.jumps[..., chunk], -1, 0))
            for chunk in chunks
        ]
        rows = np.empty((len(e.times_h), len(e.outputs), people))
        for chunk, job in zip(chunks, jobs, strict=True):
            values, spent = job.result()
            rows[..., chunk] = np.moveaxis(values, 0, -1)
            self.cpu_s += spent
        return rows

    def close(self) -> None:
        """End them."""
        self._pool.shutdown()


def _is_ready() -> bool:
    return _solve is not None


def _make_ready(load: Callable[[Any], Solve], numbers: Any) -> None:
    global _solve
    _solve = load(numbers)


def _some(tolerance: float, values: Array, jumps: Array) -> tuple[Array, float]:
    assert _solve is not None
    begun = time.process_time()
    rows = np.stack([_solve(tolerance, *own) for own in zip(values, jumps, strict=True)])
    return rows, time.process_time() - begun


def stretches(events: Events) -> list[tuple[int, int]]:
    """From each moment with a dose (and the first) to the next."""
    starts = [i for i, given in enumerate(events.kinds) if given or i == 0]
    ends = [*starts[1:], len(events.kinds) - 1]
    return [(a, b) for a, b in zip(starts, ends, strict=True) if b > a]
