"""The time mesh: fine after each dose, coarser as its effects settle, landing on every output time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FIRST_STEP_H = 0.02
GROWTH = 1.35
LONGEST_STEP_H = 0.5
SAME_TIME_H = 1e-9


@dataclass(frozen=True)
class Mesh:
    """Nodes in order of time; at each a dose may be given and a row written, then a step follows.

    All arrays have one entry a node. ``step_h`` of the last node is 0, as between two doses at
    the same time. ``dose_kind``, ``output_row`` and ``save_row`` are -1 where there is none.
    """

    time_h: NDArray[np.float64]
    step_h: NDArray[np.float64]
    dose_kind: NDArray[np.int32]
    output_row: NDArray[np.int32]
    save_row: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.time_h)


def build_mesh(
    start_h: float,
    end_h: float,
    doses: Sequence[tuple[float, int]],
    outputs: Sequence[float] | NDArray[np.float64] = (),
    saves: Sequence[float] | NDArray[np.float64] = (),
    refinement: float = 1.0,
) -> Mesh:
    """A mesh from ``start_h`` to ``end_h``.

    Parameters
    ----------
    doses
        ``(time, kind)``; those outside ``[start_h, end_h)`` are not given.
    outputs, saves
        Times at which a row of output, or the state, is kept; values after a dose at that time.
    refinement
        All steps are divided by this: 2 halves them.
    """
    given = sorted((t, k) for t, k in doses if start_h - SAME_TIME_H <= t < end_h - SAME_TIME_H)
    stops = np.unique(np.concatenate([[start_h, end_h], [t for t, _ in given], outputs, saves]).round(9))
    stops = stops[(stops >= start_h - SAME_TIME_H) & (stops <= end_h + SAME_TIME_H)]
    dose_times = {round(t, 9) for t, _ in given}
    times: list[float] = [float(stops[0])]
    step = FIRST_STEP_H / refinement
    longest = LONGEST_STEP_H / refinement
    for left, right in zip(stops[:-1], stops[1:], strict=True):
        if float(left) in dose_times:
            step = FIRST_STEP_H / refinement
        now = float(left)
        while right - now > SAME_TIME_H:
            remaining = right - now
            if remaining <= step * (1 + 1e-9):
                taken = remaining
            elif remaining < 2 * step:
                taken = remaining / 2
            else:
                taken = step
                step = min(step * GROWTH ** (1 / refinement), longest)
            now = right if taken == remaining else now + taken
            times.append(float(now))
    kinds: dict[float, list[int]] = {}
    for t, kind in given:
        kinds.setdefault(round(t, 9), []).append(kind)
    return _nodes(times, kinds, _rows(outputs), _rows(saves))


def _rows(times: Sequence[float] | NDArray[np.float64]) -> dict[float, int]:
    return {round(float(t), 9): row for row, t in enumerate(times)}


def _nodes(
    times: list[float], kinds: dict[float, list[int]], outputs: dict[float, int], saves: dict[float, int]
) -> Mesh:
    rows: list[tuple[float, float, int, int, int]] = []
    for index, time in enumerate(times):
        key = round(time, 9)
        step = times[index + 1] - time if index + 1 < len(times) else 0.0
        here = kinds.get(key, [-1])
        rows += [(time, 0.0, kind, -1, -1) for kind in here[:-1]]
        rows.append((time, step, here[-1], outputs.get(key, -1), saves.get(key, -1)))
    columns = list(zip(*rows, strict=True))
    return Mesh(
        time_h=np.array(columns[0]),
        step_h=np.array(columns[1]),
        dose_kind=np.array(columns[2], dtype=np.int32),
        output_row=np.array(columns[3], dtype=np.int32),
        save_row=np.array(columns[4], dtype=np.int32),
    )
