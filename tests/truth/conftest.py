"""Clinical courses are checked with the typical person of a case written as a user would."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from ebbtide.case import parse_case
from ebbtide.engine.simulate import simulate
from ebbtide.library import Library, load_library


@pytest.fixture(scope="session")
def library() -> Library:
    return load_library()


@pytest.fixture(scope="session")
def course(library: Library) -> Callable[..., list[dict[str, np.ndarray]]]:
    """Quantities over time of the case as written and of each alternative, for the typical person."""

    def run(
        history: Sequence[Mapping[str, Any]],
        alternatives: Sequence[Sequence[Mapping[str, Any]]] = (),
        duration: str = "14 d",
        step_h: float = 1.0,
    ) -> list[dict[str, np.ndarray]]:
        raw = {
            "case": {"id": "truth", "start": "2026-03-02T08:00:00+00:00", "duration": duration},
            "person": {"weight_kg": 70, "child_pugh": "none", "egfr": 100, "cyp2d6": "normal"},
            "history": list(history),
            "alternatives": [{"id": f"arm{i}", "doses": list(doses)} for i, doses in enumerate(alternatives)],
        }
        arms = simulate(parse_case(raw, library, "truth"), library, step_h=step_h).arms
        return [
            {"t": arm.people["time_h"].values, "relapse": arm.relapse}
            | {str(name): arm.people[name].values[:, 0] for name in arm.people}
            for arm in arms
        ]

    return run
