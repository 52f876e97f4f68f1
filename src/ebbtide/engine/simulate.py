"""Simulate a case: people who share what is known of the person, through every arm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ebbtide.case import Case, DoseEvent
from ebbtide.library import Library
from ebbtide.population import BETWEEN_PERSON, BLOCK, WITH_UNCERTAINTY

from .accuracy import MeshError, ReferenceCheck, relative_error
from .crowd import PERCENTILES, Crowd, kept_people
from .forecast import ArmForecast
from .people import Composition, People
from .plan import DEFAULT_TOLERANCE, Plan, Progress, make_plan
from .quantities import attributes
from .reference import reference_rows
from .run import ArmCourse, run_people, start_states

Array = NDArray[np.float64]
REFERENCE_H = 48.0
"""How much of a course is compared with the reference solver in every run."""


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
    progress("checking the mesh", 0, 1)
    plan = make_plan(case, library, step_h, tolerance, people, seed)
    arms, regimen, request = plan.arms, plan.regimen, plan.request
    reference = None
    if people > 1 if check_reference is None else check_reference:
        reference = _against_reference(plan)
    crowds: dict[str, list[Crowd]] = {}
    if people == 1:
        crowds["between_person"] = _gathered(plan.typical_courses, [Crowd(1) for _ in arms])
    else:
        total = 2 * people * len(arms)
        done = 0

        def count(finished: int) -> None:
            nonlocal done
            done += finished
            progress("simulating people", done, total)

        # the first are the people of the results: they differ in all that is unknown; one program is for both
        request = replace(request, alike=False)
        for spread in (WITH_UNCERTAINTY, BETWEEN_PERSON):
            kept = kept_people(people, len(arms), len(request.output_h), len(plan.names)) if not crowds else 0
            crowds[spread.basis] = [Crowd(people, kept) for _ in arms]
            blocks = [
                partial(plan.people, min(BLOCK, people - first), seed, spread, first)
                for first in range(0, people, BLOCK)
            ]
            run = partial(run_people, regimen=regimen, request=request, progress=count)
            _one_after_the_other(blocks, run, partial(_gathered, crowds=crowds[spread.basis]))
            request = replace(request, probe_kind=None)
    return Simulation(
        arms=tuple(
            arm_forecast(plan, i, [crowds[b][i] for b in crowds], list(crowds)) for i in range(len(arms))
        ),
        composition=plan.composition,
        mesh_error=plan.mesh_error,
        precision=np.dtype(request.precision).name,
        reference=reference,
        missing=plan.missing,
    )


def _one_after_the_other(
    blocks: Sequence[Callable[[], People]],
    run: Callable[[People], list[ArmCourse]],
    gather: Callable[[list[ArmCourse]], object],
) -> None:
    """Run blocks of people; while one is run, the next is drawn and the one before gathered."""
    with ThreadPoolExecutor(1) as aside:
        ahead = aside.submit(blocks[0])
        behind: Future[object] | None = None
        for place in range(len(blocks)):
            people = ahead.result()
            if place + 1 < len(blocks):
                ahead = aside.submit(blocks[place + 1])
            courses = run(people)
            if behind is not None:
                behind.result()
            behind = aside.submit(gather, courses)
        if behind is not None:
            behind.result()


def _gathered(courses: Sequence[ArmCourse], crowds: list[Crowd]) -> list[Crowd]:
    for course, crowd in zip(courses, crowds, strict=True):
        crowd.add(course)
    return crowds


def _against_reference(plan: Plan) -> ReferenceCheck:
    request, doses = plan.request, plan.regimen.arms
    index = max(range(len(doses)), key=lambda i: sum(t < REFERENCE_H for t, _ in doses[i]))
    times = request.output_h[request.output_h <= REFERENCE_H]
    start = start_states(plan.typical, plan.regimen, request.refinement, request.finer)
    exact, _ = reference_rows(plan.typical, start, doses[index], times)
    one = replace(plan.regimen, arms=(doses[index],))
    how = replace(request, precision=np.float64, probe_kind=None)
    course = run_people(plan.typical, one, how)[0].rows[..., 0]
    errors = relative_error(course[: len(times)], exact, plan.names, course)
    worst = int(np.argmax(errors))
    return ReferenceCheck(plan.arms[index].id, float(times[-1]), float(errors[worst]), plan.names[worst])


def arm_forecast(plan: Plan, index: int, crowds: Sequence[Crowd], bases: Sequence[str]) -> ArmForecast:
    """The forecast of one arm from a crowd for each basis; the people of the first are kept."""
    arm, names, request = plan.arms[index], plan.names, plan.request
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
            attrs=dict(plan.former),
        )
    return ArmForecast(
        id=arm.id,
        title=arm.title,
        dose_lines=dose_lines(arm.doses),
        people=people,
        bands=bands,
        relapse=relapse,
        evidence_based=any(_is_treatment(dose, plan.library, plan.case) for dose in arm.doses),
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
