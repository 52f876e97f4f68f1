"""Simulate the arms of a study: the same people in each, differing in what the arm gives them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ebbtide.case import Observation, Person
from ebbtide.engine.people import Composition, People, compose, make_people
from ebbtide.engine.regimen import inputs_of
from ebbtide.engine.run import Request
from ebbtide.library import InputError, Library
from ebbtide.population import TYPICAL, draw_traits

from . import follow
from .bodiless import without_body
from .cohort import Cohort, read_cohort
from .course import Course
from .crowd import kinds_needed, people_of, run_arm
from .draws import Draws
from .evaluate import Simulated
from .grid import output_times
from .noise import Noise, read_noise
from .protocol import ArmSkipped, Protocol, read_protocol
from .read import Study
from .reading import PLASMA, check_quantity
from .rows import ObservedRow, read_rows
from .schema import RawPopulation, RawSelect
from .urine import URINE, excreted, renal_clearance

Array = NDArray[np.float64]
TAIL_HALF_LIVES = 6.0
"""A curve without a window is followed so many of the slowest half-lives after the last dose."""
SHORTEST_TAIL_H = 24.0
LONGEST_TAIL_H = 120 * 24.0
REFINEMENT = 1.5
"""Of the mesh: errors of one in ten thousand of a quantity's range, also where enzymes change fast."""
LINEAR_REFINEMENT = 0.05
"""Of the mesh where kinetics alone are followed and no enzyme changes: they are exact at any step."""


@dataclass(frozen=True)
class _Arm:
    """An arm before it is simulated."""

    protocol: Protocol
    cohort: Cohort
    select: RawSelect | None
    entry_h: float | None
    """When people are selected."""
    seen: tuple[tuple[str, Observation], ...]
    """Observations that people are weighted by, with their quantities."""
    where: str

    @property
    def quantities(self) -> set[str]:
        """What selecting and weighting people needs."""
        return {q for q, _ in self.seen} | ({self.select.quantity} if self.select else set())

    @property
    def points_h(self) -> list[float]:
        """When that is looked at."""
        return [o.time_h for _, o in self.seen] + ([] if self.entry_h is None else [self.entry_h])


@dataclass(frozen=True)
class _Plan:
    """What all arms share."""

    grid: Array
    kinds: int
    refinement: float


@dataclass(frozen=True)
class _Arms:
    """The arms of a study: those that can be simulated, and why others cannot."""

    arms: dict[str, _Arm]
    failed: dict[str, str]
    notes: list[str]


def simulate(study: Study, library: Library, people: int, seed: int) -> Simulated:
    """Simulate all arms but pools.

    Raises
    ------
    InputError
        When no row of the study can be evaluated; else arms and rows say themselves what is wrong.
    """
    read = _read_arms(study, library, Draws(seed, people))
    protocols = {name: arm.protocol for name, arm in read.arms.items()}
    composition = _compose(read, library)
    available = _available(composition)
    for name, arm in list(read.arms.items()):
        try:
            for quantity in sorted(arm.quantities):
                check_quantity(quantity, available, arm.where)
        except InputError as error:
            read.failed[name] = str(error)
            del read.arms[name], protocols[name]
    rows = read_rows(study, library, protocols, read.failed, available)
    usable = [row for row in rows if not row.not_run]
    if not usable:
        raise InputError(next((row.not_run for row in rows if row.not_run), "nothing can be evaluated"))
    needed = {reading.arm for row in usable for reading in row.readings}
    wanted = {q for row in usable for q in row.quantities}
    wanted |= {q for name in needed for q in read.arms[name].quantities}
    if _is_kinetics(wanted, [read.arms[name].cohort for name in needed]):
        composition = without_body(library, composition)
    typical = make_people(
        library, composition, (), {}, draw_traits(Person(), library, 1, seed, TYPICAL), seed, TYPICAL
    )
    noise = read_noise(library, seed)
    grid = _grid(usable, [read.arms[name] for name in needed], _tail_h(typical))
    is_linear = not composition.body.quantities and composition.body.network is None
    refinement = LINEAR_REFINEMENT if is_linear else REFINEMENT
    plan = _Plan(grid, kinds_needed(protocols[name] for name in needed), refinement)
    courses: dict[str, Course] = {}
    for name in (name for name in read.arms if name in needed):
        try:
            courses[name] = _course(
                read.arms[name], library, composition, plan, wanted, noise, read.notes, seed
            )
        except (InputError, FloatingPointError) as error:
            read.failed[name] = str(error)
    if not courses:
        raise InputError(next(iter(read.failed.values())))
    return Simulated(
        courses=courses,
        protocols=protocols,
        failed=read.failed,
        rows=rows,
        noise=noise,
        crossover=study.head.design == "crossover",
        notes=tuple(dict.fromkeys(read.notes)),
    )


def _read_arms(study: Study, library: Library, draws: Draws) -> _Arms:
    result = _Arms({}, {}, [])
    for index, (name, raw) in enumerate(study.arms.items()):
        if raw.pool is not None:
            continue
        where = f"{study.path}: arms[{index}]"
        population: RawPopulation = raw.population or study.population
        place = f"{where}.population" if raw.population else f"{study.path}: population"
        streams = "" if study.head.design == "crossover" else f"{name}/"
        try:
            cohort = read_cohort(population, library, draws, place)
            protocol = read_protocol(raw, study.start, cohort, library, draws, streams, where)
            select, entry_h = population.select, None
            if select is not None:
                entry_h = protocol.typical.timeline.point(select.at, f"{place}.select.at")
            seen = tuple(
                (follow.quantity_of(o, library, f"{where}.observations"), o) for o in protocol.observations
            )
        except ArmSkipped as error:
            result.notes.append(f'arm "{name}" left out as the study says: {error}')
            result.failed[name] = ""
            continue
        except InputError as error:
            result.failed[name] = str(error)
            continue
        result.arms[name] = _Arm(protocol, cohort, select, entry_h, seen, where)
        result.notes.extend((*cohort.notes, *protocol.notes))
    return result


def _compose(read: _Arms, library: Library) -> Composition:
    reasons = [reason for reason in read.failed.values() if reason]
    if not read.arms:
        raise InputError(reasons[0] if reasons else "all arms are left out")
    kinds = [part.kind for arm in read.arms.values() for part in arm.protocol.parts]
    inputs = inputs_of(library, kinds)
    if not inputs.entries and reasons:
        raise InputError(reasons[0])
    return compose(library, inputs)


def _available(composition: Composition) -> tuple[str, ...]:
    compounds = composition.compounds
    plasma, urine = ([f"{start}{c}" for c in compounds] for start in (PLASMA, URINE))
    return (*composition.body.quantities, *plasma, *urine)


def _is_kinetics(wanted: set[str], cohorts: Sequence[Cohort]) -> bool:
    """Whether nothing but concentrations is looked at, and no liver fails meanwhile."""
    return all(q.startswith((PLASMA, URINE)) for q in wanted) and not any(c.fixed for c in cohorts)


def _grid(rows: Sequence[ObservedRow], arms: Sequence[_Arm], tail_h: float) -> Array:
    readings = [
        (reading, group.timeline)
        for row in rows
        for arm in (*row.base, *row.other)
        for group, reading in arm.groups
    ]
    points = [time_h for arm in arms for time_h in arm.points_h]
    ends = [*points, 0.0]
    for reading, _ in readings:
        last_dose_h = reading.sources[-1].time_h if reading.sources else 0.0
        ends.append(reading.span.end_h if np.isfinite(reading.span.end_h) else last_dose_h + tail_h)
    return output_times(readings, max(ends), points)


def _course(
    arm: _Arm,
    library: Library,
    composition: Composition,
    plan: _Plan,
    wanted: set[str],
    noise: Noise,
    notes: list[str],
    seed: int,
) -> Course:
    protocol = arm.protocol
    kinds = [part.kind for part in protocol.parts]
    crowd = people_of(library, composition, kinds, protocol.products, arm.cohort, seed)
    grid = plan.grid
    request = Request(duration_h=float(grid[-1]), output_h=grid, refinement=plan.refinement)
    values = run_arm(crowd, protocol, request, plan.kinds)
    names = (*composition.body.quantities, *(f"{PLASMA}{c}" for c in composition.compounds))
    curves = {quantity: values[:, i] for i, quantity in enumerate(names) if quantity in wanted}
    for quantity in (q for q in wanted if q.startswith(URINE)):
        compound = quantity.removeprefix(URINE)
        plasma = values[:, names.index(f"{PLASMA}{compound}")]
        curves[quantity] = excreted(grid, plasma, renal_clearance(crowd, compound, arm.cohort))
    course = Course(
        protocol.name, protocol.typical, np.arange(crowd.count), grid, curves, np.ones(crowd.count)
    )
    course = _let_in(course, arm)
    if arm.seen:
        course = course.weighted(follow.weights(course, arm.seen, noise, f"{arm.where}.observations"))
        left = follow.effective(course.weights)
        told = f'arm "{protocol.name}" is weighted by what was observed: as good as {left:.0f} people'
        notes.append(told + (", too few to rely on" if left < follow.FEW else ""))
    return course


def _let_in(course: Course, arm: _Arm) -> Course:
    """The course without the weight of those who do not meet the entry rule."""
    if arm.select is None or arm.entry_h is None:
        return course
    inside = course.at(arm.select.quantity, arm.entry_h) >= arm.select.at_least
    if not inside.any():
        raise InputError("no simulated person meets the entry rule", where=f"{arm.where}.population.select")
    return replace(course, weights=course.weights * inside)


def _tail_h(typical: People) -> float:
    rates = typical.kinetics.modes.rate[:, 0]
    if not (rates > 0).any():
        return SHORTEST_TAIL_H
    slowest_h = np.log(2.0) / rates[rates > 0].min()
    return float(np.clip(TAIL_HALF_LIVES * slowest_h, SHORTEST_TAIL_H, LONGEST_TAIL_H))
