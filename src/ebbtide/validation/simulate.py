"""Simulate the arms of a study: the same people in each, differing in what the arm gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ebbtide.case import CaseProduct, Person
from ebbtide.engine.people import Composition, People, compose, make_people
from ebbtide.engine.regimen import DoseKind
from ebbtide.engine.run import Request
from ebbtide.library import InputError, Library
from ebbtide.population import TYPICAL, draw_traits

from .cohort import Cohort, read_cohort
from .course import Course
from .crowd import people_of, run_arm
from .draws import Draws
from .grid import output_times
from .protocol import ArmSkipped, Protocol, read_protocol
from .read import Study
from .reading import check_quantity
from .rows import ObservedRow, read_rows
from .schema import RawPopulation, RawSelect

TAIL_HALF_LIVES = 6.0
"""A curve without a window is followed so many of the slowest half-lives after the last dose."""
SHORTEST_TAIL_H = 24.0
LONGEST_TAIL_H = 120 * 24.0


@dataclass(frozen=True)
class Simulated:
    """The arms of a study, simulated, and its rows with their times resolved."""

    courses: Mapping[str, Course]
    rows: tuple[ObservedRow, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Arm:
    """An arm before it is simulated."""

    protocol: Protocol
    cohort: Cohort
    select: RawSelect | None


@dataclass(frozen=True)
class _Model:
    """What all arms share."""

    library: Library
    composition: Composition
    kinds: tuple[DoseKind, ...]
    products: Mapping[str, CaseProduct]
    seed: int


def simulate(study: Study, library: Library, people: int, seed: int) -> Simulated:
    """Simulate all arms but pools.

    Raises
    ------
    InputError
        For anything in the study that the library or the model does not have.
    FloatingPointError
        When the engine cannot compute it.
    """
    arms, notes = _read_arms(study, library, Draws(seed, people))
    model = _model(arms, library, seed, study.path)
    names = (*model.composition.body.quantities, *(f"plasma.{c}" for c in model.composition.compounds))
    rows = read_rows(study, library, {name: arm.protocol for name, arm in arms.items()}, names)
    readings = [(reading, arms[reading.arm].protocol.timeline) for row in rows for reading in row.readings]
    entry_h = {name: _entry_time(arm, names, study.path) for name, arm in arms.items()}
    typical = make_people(
        library, model.composition, model.kinds, model.products,
        draw_traits(Person(), library, 1, seed, TYPICAL), seed, TYPICAL,
    )  # fmt: skip
    tail_h = _tail_h(typical)
    ends = [entry for entry in entry_h.values() if entry is not None]
    for reading, _ in readings:
        last_dose_h = reading.sources[-1].time_h if reading.sources else 0.0
        ends.append(reading.span.end_h if np.isfinite(reading.span.end_h) else last_dose_h + tail_h)
    grid = output_times(readings, max(ends, default=0.0), [t for t in entry_h.values() if t is not None])
    request = Request(duration_h=float(grid[-1]), output_h=grid)
    rates = np.asarray(model.composition.body.relaxation_rates(typical.body_numbers))[:, 0]
    wanted = {q for row in rows for q in row.quantities} | {
        a.select.quantity for a in arms.values() if a.select
    }
    courses: dict[str, Course] = {}
    first = 0
    for name, arm in arms.items():
        crowd = people_of(model.library, model.composition, model.kinds, model.products, arm.cohort, seed)
        values = run_arm(crowd, arm.protocol, first, request, rates)
        curves = {quantity: values[:, i] for i, quantity in enumerate(names) if quantity in wanted}
        course = Course(arm.protocol, grid, curves, np.ones(people))
        courses[name] = _let_in(course, arm.select, entry_h[name], study.path)
        first += len(arm.protocol.parts)
    return Simulated(courses, rows, notes)


def _read_arms(study: Study, library: Library, draws: Draws) -> tuple[dict[str, _Arm], tuple[str, ...]]:
    arms: dict[str, _Arm] = {}
    notes: list[str] = []
    for index, (name, raw) in enumerate(study.arms.items()):
        if raw.pool is not None:
            continue
        where = f"{study.path}: arms[{index}]"
        population: RawPopulation = raw.population or study.population
        place = f"{where}.population" if raw.population else f"{study.path}: population"
        cohort = read_cohort(population, library, draws, place)
        streams = "" if study.head.design == "crossover" else f"{name}/"
        try:
            protocol = read_protocol(raw, study.start, cohort, library, draws, streams, where)
        except ArmSkipped as error:
            notes.append(f'arm "{name}" left out as the study says: {error}')
            continue
        arms[name] = _Arm(protocol, cohort, population.select)
        notes += [*cohort.notes, *protocol.notes]
    return arms, tuple(dict.fromkeys(notes))


def _model(arms: Mapping[str, _Arm], library: Library, seed: int, where: str) -> _Model:
    products: dict[str, CaseProduct] = {}
    for arm in arms.values():
        for name, product in arm.protocol.products.items():
            if products.setdefault(name, product) != product:
                raise InputError(
                    "the id means different products in two arms", where=f"{where}: products", value=name
                )
    kinds = tuple(part.kind for arm in arms.values() for part in arm.protocol.parts)
    inputs = sorted({(compound, kind.route) for kind in kinds for compound, _ in kind.amounts_nmol})
    if not inputs:
        raise InputError(
            "nothing to simulate: no history and no dose of a compound with kinetics", where=where
        )
    return _Model(library, compose(library, inputs), kinds, products, seed)


def _entry_time(arm: _Arm, names: tuple[str, ...], where: str) -> float | None:
    if arm.select is None:
        return None
    check_quantity(arm.select.quantity, names, f"{where}: population.select")
    return arm.protocol.timeline.point(arm.select.at, f"{where}: population.select.at")


def _tail_h(typical: People) -> float:
    rates = typical.kinetics.modes.rate[:, 0]
    slowest_h = np.log(2.0) / rates[rates > 0].min()
    return float(np.clip(TAIL_HALF_LIVES * slowest_h, SHORTEST_TAIL_H, LONGEST_TAIL_H))


def _let_in(course: Course, rule: RawSelect | None, time_h: float | None, where: str) -> Course:
    """The course without the weight of those who do not meet the entry rule."""
    if rule is None or time_h is None:
        return course
    inside = course.at(rule.quantity, time_h) >= rule.at_least
    if not inside.any():
        raise InputError("no simulated person meets the entry rule", where=f"{where}: population.select")
    return replace(course, weights=course.weights * inside)
