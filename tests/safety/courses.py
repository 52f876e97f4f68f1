"""Courses with a given COWS and a given breathing on relapse, in the form that the engine hands over."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from ebbtide.case import Case, parse_case
from ebbtide.engine.forecast import ArmForecast
from ebbtide.library import load_library

FILM = "buprenorphine_naloxone_film"


def case_with(
    alternatives: Sequence[Sequence[dict[str, Any]]] = (), doses: Sequence[dict[str, Any]] = ()
) -> Case:
    raw = {
        "case": {"id": "test", "start": "2026-03-02T08:00:00+01:00", "duration": "3 d"},
        "history": [
            {"product": "heroin_smoked", "amount": "200 mg", "every": "6 h", "for": "90 d", "last": "0 h"}
        ],
        "doses": list(doses),
        "alternatives": [
            {"id": f"arm{i}", "title": f"Arm {i}", "doses": list(d)} for i, d in enumerate(alternatives)
        ],
    }
    return parse_case(raw, load_library(), "test.toml")


def course(
    arm_id: str, cows: Any = 0.0, breathing: Sequence[float] | np.ndarray | None = None, people: int = 20
) -> ArmForecast:
    """``cows`` over 73 hours (or for each hour and person), ``breathing`` for each day (and person)."""
    time_h = np.arange(73.0)
    table = np.broadcast_to(np.asarray(cows, dtype=float), (73, people)).copy()
    data = xr.Dataset(
        {"cows": (("time_h", "person"), table)}, {"time_h": time_h, "person": np.arange(people)}
    )
    relapse = None
    if breathing is not None:
        lowest = np.asarray(breathing, dtype=float)
        if lowest.ndim == 1:
            lowest = np.repeat(lowest[:, None], people, axis=1)
        relapse = xr.Dataset(
            {"ventilation_minimum": (("day", "person"), lowest)},
            {"day": np.arange(len(lowest)), "person": np.arange(people)},
            {"former_dose": "200 mg heroin, smoked", "product": "heroin_smoked"},
        )
    return ArmForecast(arm_id, arm_id.capitalize(), (), data, data, relapse, evidence_based=False)


def step_up(points: float, at_h: float, people: int = 20) -> np.ndarray:
    """COWS that goes up by ``points`` right after ``at_h`` in all people."""
    return np.repeat(np.where(np.arange(73.0) > at_h, points, 0.0)[:, None], people, axis=1)
