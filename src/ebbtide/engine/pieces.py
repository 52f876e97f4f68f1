"""Meshes in pieces, remembered: whoever follows a person runs the same ones again and again."""

from __future__ import annotations

from functools import lru_cache

from .mesh import build_mesh
from .schedule import Schedule, schedules

MOST_KEPT = 64
Planned = list[tuple[Schedule, int]]
"""Pieces in order of time, each with its number of rows."""


@lru_cache(maxsize=MOST_KEPT)
def pieces(
    start_h: float,
    end_h: float,
    doses: tuple[tuple[float, int], ...],
    outputs: tuple[float, ...],
    stops: tuple[float, ...],
    refinement: float,
    first_step_h: tuple[float, ...],
    finer: tuple[float, ...],
    earlier: tuple[tuple[float, int], ...],
    halved: bool,
    boundaries_h: tuple[float, ...],
) -> Planned:
    """The mesh of :func:`.build_mesh` cut at ``boundaries_h``; to be read only."""
    mesh = build_mesh(start_h, end_h, doses, outputs, stops, refinement, first_step_h, finer, earlier, halved)
    return schedules(mesh, boundaries_h)
