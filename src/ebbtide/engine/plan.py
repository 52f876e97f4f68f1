"""What is run of a case, settled before any crowd: its arms, doses, body, output times and mesh."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ebbtide.case import Case, DoseEvent, Support
from ebbtide.library import InputError, Library
from ebbtide.population import TYPICAL, WITH_UNCERTAINTY, Spread, draw_traits

from .accuracy import MeshError, Target
from .first_steps import first_steps
from .people import Composition, People, compose, make_people
from .pilot import PILOT, for_crowd, make_ready, tuned
from .regimen import Regimen, build_regimen, inputs_of
from .run import ArmCourse, Request

Array = NDArray[np.float64]
DEFAULT_TOLERANCE = 1e-4
LAST_PROBE_DAY = 28
Progress = Callable[[str, int, int], None]
"""Told what is being done, how much is done, and how much there is."""


@dataclass(frozen=True)
class Arm:
    """One course to simulate."""

    id: str
    title: str
    doses: tuple[DoseEvent, ...]
    supports: tuple[Support, ...]


@dataclass(frozen=True)
class Plan:
    """A case ready to be run for people."""

    case: Case
    library: Library
    arms: tuple[Arm, ...]
    regimen: Regimen
    composition: Composition
    request: Request
    """Every quantity at every output time, on the mesh that was chosen."""
    mesh_error: MeshError
    typical: People
    typical_courses: list[ArmCourse]
    """The typical person in every arm; without the lowest ventilation where there is a crowd."""
    missing: tuple[str, ...]
    """Traits that were not given, and what was done."""
    former: Mapping[str, str] = field(default_factory=dict)
    """The former dose in words, and its product."""

    @property
    def names(self) -> tuple[str, ...]:
        """The quantities of a row, in order."""
        return self.composition.quantities

    def people(self, count: int, seed: int, spread: Spread, first: int = 0) -> People:
        """People from number ``first`` on."""
        return _people(self.case, self.library, self.composition, self.regimen, count, seed, spread, first)


def arms_of(case: Case) -> tuple[Arm, ...]:
    """The case as written, then each alternative: the case's own doses and those it adds."""
    title = "As written" if case.doses else "No treatment"
    added = (
        Arm(
            a.id,
            a.title,
            tuple(sorted((*case.doses, *a.doses), key=lambda d: d.time_h)),
            (*case.supports, *a.supports),
        )
        for a in case.alternatives
    )
    return (Arm("as-written", title, case.doses, case.supports), *added)


def make_plan(
    case: Case,
    library: Library,
    step_h: float,
    tolerance: float,
    people: int,
    seed: int,
) -> Plan:
    """Settle what is run.

    The mesh is chosen for the typical person, and for more than one of ``people`` for a pilot of them, which
    also tells whether single precision is precise enough.

    Raises
    ------
    InputError
        When there is nothing to simulate.
    FloatingPointError
        When the tolerance cannot be reached.
    """
    arms = arms_of(case)
    regimen = build_regimen(library, case.history, [a.doses for a in arms], [a.supports for a in arms])
    if not any(kind.amounts_nmol for kind in regimen.kinds):
        raise InputError(
            "nothing to simulate: no history and no dose of a compound with kinetics", where=case.id
        )
    composition = compose(library, inputs_of(library, regimen.kinds))
    typical = _people(case, library, composition, regimen, 1, 0, TYPICAL)
    request = Request(
        duration_h=case.duration_h,
        output_h=_output_times(case.duration_h, step_h),
        probe_days=_probe_days(case.duration_h),
        probe_kind=_former_kind(regimen, library),
        first_step_h=first_steps(typical),
    )
    used = [stream.kind for stream in regimen.streams]
    names = composition.quantities
    target = Target(names, request.output_h, regimen.arms, len(regimen.kinds), used)
    pilot = None
    with ThreadPoolExecutor(1) as aside:
        if people > 1:
            count = min(people, PILOT)
            pilot = _people(case, library, composition, regimen, count, seed, WITH_UNCERTAINTY)
            aside.submit(make_ready, pilot, regimen, request)
        told, courses = tuned(typical, regimen, request, target, tolerance, probes=people == 1)
    plan = Plan(
        case=case,
        library=library,
        arms=arms,
        regimen=regimen,
        composition=composition,
        request=request,
        mesh_error=told,
        typical=typical,
        typical_courses=courses,
        missing=draw_traits(case.person, library, 1, 0, TYPICAL).missing,
        former=_former_dose(case),
    )
    if pilot is not None:
        told, request = for_crowd(pilot, regimen, request, target, told)
    request = replace(request, refinement=told.mesh.refinement, finer=told.mesh.finer)
    return replace(plan, request=request, mesh_error=told)


def _people(
    case: Case,
    library: Library,
    composition: Composition,
    regimen: Regimen,
    count: int,
    seed: int,
    spread: Spread,
    first: int = 0,
) -> People:
    traits = draw_traits(case.person, library, count, seed, spread, first)
    return make_people(library, composition, regimen.kinds, case.products, traits, seed, spread, first)


def _output_times(duration_h: float, step_h: float) -> Array:
    times = np.arange(0.0, duration_h + 1e-9, step_h)
    return times if duration_h - times[-1] < 1e-6 else np.append(times, duration_h)


def _probe_days(duration_h: float) -> tuple[int, ...]:
    return tuple(range(min(math.ceil(duration_h / 24.0), LAST_PROBE_DAY + 1)))


def _former_kind(regimen: Regimen, library: Library) -> int | None:
    """The last regular use of a full or partial mu agonist: what would be taken again."""
    for stream in sorted(regimen.streams, key=lambda s: -s.last_h):
        product_classes = {
            cls for c, _ in regimen.kinds[stream.kind].amounts_nmol for cls in library.compounds[c].classes
        }
        if {"mu_agonist", "mu_partial_agonist"} & product_classes:
            return stream.kind
    return None


def _former_dose(case: Case) -> dict[str, str]:
    for use in sorted(case.history, key=lambda h: -h.last_h):
        if use.simulated:
            return {"former_dose": f"{use.amount_text} {use.title}", "product": use.product}
    return {}
