"""Simulate a case: people who share what is known of the person, through every arm."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ebbtide.case import Case, DoseEvent, Support
from ebbtide.library import InputError, Library
from ebbtide.population import BETWEEN_PERSON, BLOCK, TYPICAL, WITH_UNCERTAINTY, Spread, draw_traits

from .accuracy import MeshError, ReferenceCheck, Target, relative_error
from .crowd import PERCENTILES, Crowd, kept_people
from .first_steps import first_steps
from .forecast import ArmForecast
from .people import Composition, People, compose, make_people
from .pilot import PILOT, for_crowd, tuned
from .quantities import attributes
from .reference import reference_rows
from .regimen import Regimen, build_regimen, inputs_of
from .run import ArmCourse, Request, run_people, start_states

Array = NDArray[np.float64]
DEFAULT_TOLERANCE = 1e-4
LAST_PROBE_DAY = 28
REFERENCE_H = 48.0
"""How much of a course is compared with the reference solver in every run."""
Progress = Callable[[str, int, int], None]
"""Told what is being done, how much is done, and how much there is."""


@dataclass(frozen=True)
class Simulation:
    """What a run of the engine gives, before safety and provenance are added."""

    arms: tuple[ArmForecast, ...]
    composition: Composition
    mesh_error: MeshError
    precision: str
    """Of the body in the results."""
    reference: ReferenceCheck | None
    """Left out for one person, unless asked for: it takes longer than the forecast."""
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Arm:
    """One course to simulate."""

    id: str
    title: str
    doses: tuple[DoseEvent, ...]
    supports: tuple[Support, ...]


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


def simulate(
    case: Case,
    library: Library,
    people: int = 1,
    seed: int = 1,
    step_h: float = 1.0,
    tolerance: float = DEFAULT_TOLERANCE,
    progress: Progress = lambda what, done, total: None,
    check_reference: bool | None = None,
) -> Simulation:
    """Forecast every arm of ``case``.

    Parameters
    ----------
    people
        1 simulates the typical person: every unknown at its typical value, no bands. More
        simulate that many who share the known traits and differ in what is unknown.
    seed
        The same seed gives the same people.
    step_h
        Time between output rows, hours.
    tolerance
        Largest mesh error, as a share of each quantity's range.
    check_reference
        Whether the typical person is compared with the reference solver; by default for more than one.

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
    request = Request(
        duration_h=case.duration_h,
        output_h=_output_times(case.duration_h, step_h),
        probe_days=_probe_days(case.duration_h),
        probe_kind=_former_kind(regimen, library),
    )

    def group(count: int, spread: Spread, first: int = 0) -> tuple[People, tuple[str, ...]]:
        traits = draw_traits(case.person, library, count, seed, spread, first)
        return make_people(
            library, composition, regimen.kinds, case.products, traits, seed, spread, first
        ), traits.missing

    typical, missing = group(1, TYPICAL)
    names = (*composition.body.quantities, *(f"plasma.{name}" for name in composition.compounds))
    request = replace(request, first_step_h=first_steps(typical))
    used = [stream.kind for stream in regimen.streams]
    target = Target(names, request.output_h, regimen.arms, len(regimen.kinds), used)
    progress("checking the mesh", 0, 1)
    told, courses = tuned(typical, regimen, request, target, tolerance)
    if people > 1:
        pilot, _ = group(min(people, PILOT), WITH_UNCERTAINTY)
        told, request = for_crowd(pilot, regimen, request, target, told)
    request = replace(request, refinement=told.mesh.refinement, finer=told.mesh.finer)
    reference = None
    if people > 1 if check_reference is None else check_reference:
        reference = _against_reference(typical, regimen, arms, request, names)
    crowds: dict[str, list[Crowd]] = {}
    if people == 1:
        crowds["between_person"] = _gathered(courses, [Crowd(1) for _ in arms])
    else:
        total = 2 * people * len(arms)
        done = 0

        def count(finished: int) -> None:
            nonlocal done
            done += finished
            progress("simulating people", done, total)

        # the first are the people of the results: they differ in all that is unknown
        for spread in (WITH_UNCERTAINTY, BETWEEN_PERSON):
            kept = kept_people(people, len(arms), len(request.output_h), len(names)) if not crowds else 0
            crowds[spread.basis] = [Crowd(people, kept) for _ in arms]
            for first in range(0, people, BLOCK):
                some, _ = group(min(BLOCK, people - first), spread, first)
                _gathered(run_people(some, regimen, request, count), crowds[spread.basis])
    former = _former_dose(case, regimen)
    return Simulation(
        arms=tuple(
            _arm_forecast(
                arm, [crowds[b][i] for b in crowds], list(crowds), names, request, former, library, case
            )
            for i, arm in enumerate(arms)
        ),
        composition=composition,
        mesh_error=told,
        precision=np.dtype(request.precision).name,
        reference=reference,
        missing=missing,
    )


def _gathered(courses: Sequence[ArmCourse], crowds: list[Crowd]) -> list[Crowd]:
    for course, crowd in zip(courses, crowds, strict=True):
        crowd.add(course)
    return crowds


def _against_reference(
    typical: People,
    regimen: Regimen,
    arms: Sequence[Arm],
    request: Request,
    names: Sequence[str],
) -> ReferenceCheck:
    index = max(range(len(arms)), key=lambda i: sum(t < REFERENCE_H for t, _ in regimen.arms[i]))
    times = request.output_h[request.output_h <= REFERENCE_H]
    start = start_states(typical, regimen, request.refinement, request.finer)
    exact, _ = reference_rows(typical, start, regimen.arms[index], times)
    one = replace(regimen, arms=(regimen.arms[index],))
    how = replace(request, precision=np.float64, probe_kind=None)
    course = run_people(typical, one, how)[0].rows[..., 0]
    errors = relative_error(course[: len(times)], exact, names, course)
    worst = int(np.argmax(errors))
    return ReferenceCheck(arms[index].id, float(times[-1]), float(errors[worst]), names[worst])


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


def _former_dose(case: Case, regimen: Regimen) -> dict[str, str]:
    for use in sorted(case.history, key=lambda h: -h.last_h):
        if use.simulated:
            return {"former_dose": f"{use.amount_text} {use.title}", "product": use.product}
    return {}


def _arm_forecast(
    arm: Arm,
    crowds: Sequence[Crowd],
    bases: Sequence[str],
    names: Sequence[str],
    request: Request,
    former: Mapping[str, str],
    library: Library,
    case: Case,
) -> ArmForecast:
    main = crowds[0].course
    time = {"time_h": request.output_h}
    people = xr.Dataset(
        {name: (("time_h", "person"), main.rows[:, i], attributes(name)) for i, name in enumerate(names)},
        coords=time | {"person": np.arange(main.rows.shape[-1])},
    )
    stacked = np.stack([crowd.bands for crowd in crowds])
    bands = xr.Dataset(
        {
            name: (("basis", "percentile", "time_h"), stacked[:, :, :, i], attributes(name))
            for i, name in enumerate(names)
        },
        coords=time | {"basis": list(bases), "percentile": list(PERCENTILES)},
    )
    relapse = None
    if main.relapse is not None:
        relapse = xr.Dataset(
            {"ventilation_minimum": (("day", "person"), main.relapse, attributes("ventilation"))},
            coords={
                "day": list(request.probe_days)[: main.relapse.shape[0]],
                "person": np.arange(main.relapse.shape[-1]),
            },
            attrs=dict(former),
        )
    return ArmForecast(
        id=arm.id,
        title=arm.title,
        dose_lines=dose_lines(arm.doses),
        people=people,
        bands=bands,
        relapse=relapse,
        evidence_based=any(_is_treatment(dose, library, case) for dose in arm.doses),
    )


def _is_treatment(dose: DoseEvent, library: Library, case: Case) -> bool:
    if not dose.simulated:
        return False
    product: Any = library.products.get(dose.product) or case.products[dose.product].product
    return bool(product.evidence_based)


def dose_lines(doses: Sequence[DoseEvent]) -> tuple[str, ...]:
    """One readable line for each dosing rule that was written."""
    rules: dict[tuple[str, str, str, str], list[float]] = {}
    for dose in doses:
        rules.setdefault((dose.label, dose.title, dose.amount_text, dose.route), []).append(dose.time_h)
    lines = []
    for (_, title, amount, route), times in rules.items():
        line = f"{title} {amount} {route}, {times[0]:g} h after the start"
        if len(times) > 1:
            gaps = np.unique(np.diff(times).round(6))
            pace = f"every {gaps[0]:g} h" if len(gaps) == 1 else f"every {gaps[0]:g} to {gaps[-1]:g} h"
            line += f", then {pace}, {len(times)} doses in all"
        lines.append(line)
    return tuple(lines)
