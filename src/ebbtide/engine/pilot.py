"""A mesh tried out: on the typical person, then on a pilot of the people of a crowd."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .accuracy import Fineness, MeshError, Target, choose_mesh, errors_told, mesh_error
from .people import People
from .regimen import Regimen
from .run import ArmCourse, Request, run_people

Array = NDArray[np.float64]
PILOT = 64
"""People of a crowd from whom its mesh is told; few enough that their program is one that others use."""


def tuned(
    people: People, regimen: Regimen, request: Request, target: Target, tolerance: float
) -> tuple[MeshError, list[ArmCourse]]:
    """A mesh for ``people``, and their courses on it."""
    runs: list[list[ArmCourse]] = []

    def rows(mesh: Fineness, fine: bool) -> list[Array]:
        courses = _on_mesh(people, regimen, request, mesh, probes=not fine)
        if not fine:
            runs.append(courses)
        return [course.rows for course in courses]

    return choose_mesh(rows, target, tolerance), runs[-1]


def for_crowd(
    pilot: People, regimen: Regimen, request: Request, target: Target, typical: MeshError
) -> tuple[MeshError, Request]:
    """A mesh for a crowd, from the first of its people; in single precision where that is precise enough."""
    finest: list[Array] = []

    def rows(mesh: Fineness, fine: bool) -> list[Array]:
        courses = _on_mesh(pilot, regimen, request, mesh, probes=False)
        if fine:
            finest[:] = [course.rows for course in courses]
        return [course.rows for course in courses]

    told = choose_mesh(rows, target, typical.tolerance, typical.mesh)
    fast = replace(request, precision=np.float32)
    single = [course.rows for course in _on_mesh(pilot, regimen, fast, told.mesh, probes=False)]
    errors = errors_told(single, finest, target.names)
    told_fast = mesh_error(told.mesh, errors, target.names, told.tolerance)
    return (told_fast, fast) if told_fast.error_of_range <= told.tolerance else (told, request)


def _on_mesh(
    people: People, regimen: Regimen, request: Request, mesh: Fineness, *, probes: bool
) -> list[ArmCourse]:
    kind = request.probe_kind if probes else None
    own = replace(request, refinement=mesh.refinement, finer=mesh.finer, halved=mesh.halved, probe_kind=kind)
    return run_people(people, regimen, own)
