"""libRoadRunner: SBML compiled by LLVM, integrated by CVODE, each dose a restart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ..export.antimony import output_name, write_antimony
from ..export.equations import Equations
from .base import Array, Unavailable, events_of
from .processes import PARALLEL, Solve, Workers, stretches


class RoadRunner:
    """libRoadRunner for some equations."""

    name = "libRoadRunner"
    parallel = PARALLEL
    tolerances = (1e-4, 1e-5, 1e-6, 1e-7, 1e-8)
    batch = 1

    def __init__(self, equations: Equations, folder: Path) -> None:
        """Write the model as Antimony and SBML, and load it in every worker.

        Raises
        ------
        Unavailable
            Without the packages ``libroadrunner`` and ``antimony``.
        """
        try:
            import antimony
            import roadrunner  # noqa: F401
        except ImportError as missing:
            raise Unavailable(f"package {missing.name} is not installed") from missing
        text = write_antimony(equations)
        (folder / "model.ant").write_text(text, encoding="utf-8")
        if antimony.loadAntimonyString(text) < 0:
            raise RuntimeError(antimony.getLastError())
        sbml = antimony.getSBMLString("ebbtide")
        (folder / "model.xml").write_text(sbml, encoding="utf-8")
        names = (*equations.states, *equations.parameters)
        outputs = [output_name(q) for q in equations.quantities]
        self._workers = Workers(equations, _load, (sbml, names, outputs, events_of(equations)))

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


def _load(numbers: Any) -> Solve:
    import roadrunner

    sbml, names, outputs, events = numbers
    runner = roadrunner.RoadRunner(sbml)
    runner.timeCourseSelections = outputs
    runner.integrator.maximum_num_steps = 100_000
    model = runner.model
    place = {name: i for i, name in enumerate(model.getGlobalParameterIds())}
    places = [place[name] for name in names]

    def solve(tolerance: float, values: Array, jumps: Array) -> Array:
        size = jumps.shape[1]
        runner.integrator.relative_tolerance = tolerance
        # one for all would be multiplied by the state at every restart, and vanish with it
        runner.integrator.absolute_tolerance = [tolerance] * size
        model.setGlobalParameterValues(places, [*np.zeros(size), *values])
        rows = np.full((int(events.row.max()) + 1, len(outputs)), np.nan)
        for first, last in stretches(events):
            now = np.array(model.getGlobalParameterValues(places[:size]))
            for kind in events.kinds[first]:
                now += jumps[kind]
            model.setGlobalParameterValues(places[:size], now)
            seen = np.array(runner.simulate(times=events.time_h[first : last + 1].tolist()))
            shown = events.row[first : last + 1]
            rows[shown[shown >= 0]] = seen[shown >= 0]
        return rows

    return solve
