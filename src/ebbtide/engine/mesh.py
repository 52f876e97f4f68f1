"""The time mesh: fine after each dose, coarser as its effects settle, landing on every output time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

FIRST_STEP_H = 0.01
SLOPE = 0.6
"""How much longer a step may be for each hour since a dose: from one to the next, steps grow by so much."""
LONGEST_STEP_H = 1.0
SAME_TIME_H = 1e-9


@dataclass(frozen=True)
class Mesh:
    """Nodes in order of time; at each a dose may be given, then a step follows.

    All arrays have one entry a node. ``step_h`` of the last node is 0, as between two doses at
    the same time. ``dose_kind`` is -1 where none is given. ``is_output`` marks the nodes whose state
    after the dose is a row of output.
    """

    time_h: NDArray[np.float64]
    step_h: NDArray[np.float64]
    dose_kind: NDArray[np.int32]
    is_output: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.time_h)

    def pieces(self, boundaries_h: Sequence[float] | NDArray[np.float64]) -> list[slice]:
        """Nodes between consecutive boundaries; what happens at a boundary belongs to the later piece."""
        cuts = np.searchsorted(self.time_h, np.asarray(boundaries_h) - SAME_TIME_H)
        edges = np.unique(np.concatenate([[0], cuts, [len(self)]]))
        return [slice(int(a), int(b)) for a, b in pairwise(edges)]


def build_mesh(
    start_h: float,
    end_h: float,
    doses: Sequence[tuple[float, int]],
    outputs: Sequence[float] | NDArray[np.float64] = (),
    stops: Sequence[float] | NDArray[np.float64] = (),
    refinement: float = 1.0,
    first_step_h: Sequence[float] = (),
    finer: Sequence[float] = (),
    earlier: Sequence[tuple[float, int]] = (),
    halved: bool = False,
) -> Mesh:
    """A mesh from ``start_h`` to ``end_h``.

    Parameters
    ----------
    doses
        ``(time, kind)``; those outside ``[start_h, end_h)`` are not given.
    outputs
        Times of the rows of output; they show the state after a dose at that time.
    stops
        Further times that a node must lie on.
    refinement
        All steps are divided by this: 2 halves them.
    first_step_h
        The first step after a dose of each kind, before refinement; by default the shortest there is.
    finer
        By how much steps after a dose of each kind are divided besides; by default not at all.
    earlier
        Doses until ``start_h`` whose effect is in the state there, ``(time, kind)``: steps heed them.
    halved
        Take each step of this mesh in two, also where doses or outputs are closer than a step.
    """
    given = sorted((t, k) for t, k in doses if start_h - SAME_TIME_H <= t < end_h - SAME_TIME_H)
    fixed = np.unique(np.concatenate([[start_h, end_h], [t for t, _ in given], outputs, stops]).round(9))
    fixed = fixed[(fixed >= start_h - SAME_TIME_H) & (fixed <= end_h + SAME_TIME_H)]
    kinds: dict[float, list[int]] = {}
    for t, kind in given:
        kinds.setdefault(round(t, 9), []).append(kind)
    times: list[float] = [float(fixed[0])]
    # when there was one last, its first step, and how fine: of each kind, and of the start itself
    lately = {-1: (float(fixed[0]), min(first_step_h, default=FIRST_STEP_H), refinement)}

    def heed(time_h: float, kind: int) -> None:
        first = first_step_h[kind] if first_step_h else FIRST_STEP_H
        lately[kind] = time_h, first, refinement * (finer[kind] if finer else 1.0)

    for time, kind in sorted(earlier):
        heed(time, kind)
    for left, right in pairwise(fixed):
        for kind in kinds.get(float(left), ()):
            heed(float(left), kind)
        now = float(left)
        while right - now > SAME_TIME_H:
            step = min((first + SLOPE * (now - since)) / fine for since, first, fine in lately.values())
            step = min(step, LONGEST_STEP_H / refinement)
            remaining = right - now
            if remaining <= step * (1 + 1e-9):
                taken = remaining
            elif remaining < 2 * step:
                taken = remaining / 2
            else:
                taken = step
            ahead = right if taken == remaining else now + taken
            if halved:
                times.append(float((now + ahead) / 2))
            now = ahead
            times.append(float(now))
    return _nodes(times, kinds, {round(float(t), 9) for t in outputs})


def _nodes(times: list[float], kinds: dict[float, list[int]], outputs: set[float]) -> Mesh:
    rows: list[tuple[float, float, int, bool]] = []
    for index, time in enumerate(times):
        key = round(time, 9)
        step = times[index + 1] - time if index + 1 < len(times) else 0.0
        here = kinds.get(key, [-1])
        rows += [(time, 0.0, kind, False) for kind in here[:-1]]
        rows.append((time, step, here[-1], key in outputs))
    time_h, step_h, dose_kind, is_output = zip(*rows, strict=True)
    return Mesh(
        time_h=np.array(time_h),
        step_h=np.array(step_h),
        dose_kind=np.array(dose_kind, dtype=np.int32),
        is_output=np.array(is_output),
    )
