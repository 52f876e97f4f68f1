"""SciPy's LSODA calling the exported equations as a Python function, each dose a restart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ..export.equations import Equations
from ..export.python import write_python
from .base import Array, events_of
from .processes import PARALLEL, Solve, Workers, stretches


class ScipyLsoda:
    """SciPy for some equations."""

    name = "SciPy LSODA"
    parallel = PARALLEL
    tolerances = (1e-4, 1e-5, 1e-6, 1e-7)
    batch = 1

    def __init__(self, equations: Equations, folder: Path) -> None:
        """Write the equations as a Python module and load it in every worker."""
        source = write_python(equations)
        (folder / "model.py").write_text(source, encoding="utf-8")
        self._workers = Workers(equations, load_solver, (source, events_of(equations)))

    @property
    def worker_cpu_s(self) -> float:
        """See :class:`.base.Peer`."""
        return self._workers.cpu_s

    def run(self, people: int, tolerance: float) -> Array:
        """See :class:`.base.Peer`."""
        return self._workers.run(people, tolerance)

    def close(self) -> None:
        """See :class:`.base.Peer`."""
        self._workers.close()


def load_solver(numbers: Any) -> Solve:
    """A solver from ``(source, events)``: the exported module as text, and doses and outputs in time."""
    from scipy.integrate import odeint

    source, events = numbers
    module: dict[str, Any] = {}
    exec(compile(source, "model.py", "exec"), module)
    change, quantities = module["right_hand_side"], module["quantities"]

    def solve(tolerance: float, values: Array, jumps: Array) -> Array:
        own = values.tolist()
        state = np.zeros(jumps.shape[1])
        rows = []
        for first, last in stretches(events):
            for kind in events.kinds[first]:
                state = state + jumps[kind]
            times = events.time_h[first : last + 1]
            course = odeint(change, state, times, (own,), rtol=tolerance, atol=tolerance, mxstep=100_000)
            shown = events.row[first:last] >= 0
            rows += [quantities(y.tolist(), own) for y in course[:-1][shown]]
            state = course[-1]
        return np.array([*rows, quantities(state.tolist(), own)])

    return solve
