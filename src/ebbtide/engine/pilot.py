"""A mesh tried out: on the typical person, then on a pilot of the people of a crowd."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .accuracy import Fineness, MeshError, Target, choose_mesh
from .batch import DAY_H
from .people import People
from .regimen import Regimen
from .run import ArmCourse, Request, run_people

Array = NDArray[np.float64]
SINGLE_REACHES = 1e-5
"""Tolerances below this are not tried in single precision."""
PILOT = 64
"""People of a crowd from whom its mesh is told; few enough that their program is one that others use."""


def tuned(
    people: People, regimen: Regimen, request: Request, target: Target, tolerance: float, *, probes: bool
) -> tuple[MeshError, list[ArmCourse]]:
    """A mesh for ``people``, and their courses on it, with ``probes`` the lowest ventilation too."""
    runs: list[list[ArmCourse]] = []

    def rows(mesh: Fineness, fine: bool) -> list[Array]:
        courses = _on_mesh(people, regimen, request, mesh, probes=probes and not fine)
        if not fine:
            runs.append(courses)
        return [course.rows for course in courses]

    return choose_mesh(rows, target, tolerance), runs[-1]


def make_ready(people: People, regimen: Regimen, request: Request) -> None:
    """Have the programs of a pilot loaded or compiled, by running its first day."""
    day = replace(request, duration_h=min(DAY_H, request.duration_h), probe_kind=None, alike=False)
    day = replace(day, output_h=request.output_h[request.output_h <= day.duration_h])
    for precision in (np.float32, np.float64):
        run_people(people, replace(regimen, arms=regimen.arms[:1]), replace(day, precision=precision))


def for_crowd(
    pilot: People, regimen: Regimen, request: Request, target: Target, typical: MeshError
) -> tuple[MeshError, Request]:
    """A mesh for a crowd, from the first of its people; in single precision where that is precise enough.

    Errors are told from double precision, so that they hold those of rounding.
    """

    def chosen(precision: type[np.floating[Any]]) -> tuple[MeshError, Request]:
        own = replace(request, precision=precision, alike=False)

        def rows(mesh: Fineness, fine: bool) -> list[Array]:
            how = replace(own, precision=np.float64) if fine else own
            return [course.rows for course in _on_mesh(pilot, regimen, how, mesh, probes=False)]

        return choose_mesh(rows, target, typical.tolerance, typical.mesh), own

    if typical.tolerance >= SINGLE_REACHES:
        with suppress(FloatingPointError):
            return chosen(np.float32)
    return chosen(np.float64)


def _on_mesh(
    people: People, regimen: Regimen, request: Request, mesh: Fineness, *, probes: bool
) -> list[ArmCourse]:
    kind = request.probe_kind if probes else None
    own = replace(request, refinement=mesh.refinement, finer=mesh.finer, halved=mesh.halved, probe_kind=kind)
    return run_people(people, regimen, own)
