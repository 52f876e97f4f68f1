"""Run a case: start state from the history, every arm for every person, in chunks over threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from .history import Group, state_at_start
from .integrate import Course, PersonState, Schedule, integrate, schedules
from .mesh import SAME_TIME_H, build_mesh
from .modes import Modes
from .people import People
from .regimen import Regimen
from .system import System, SystemNumbers

Array = NDArray[np.float64]
CHUNKS = (1, 64, 256)
"""Sizes of a batch that programs are compiled for; a smaller group is padded to the next."""
THREADS = os.cpu_count() or 1
DAY_H = 24.0
PROBE_H = 6.0
"""How long the lowest ventilation is watched for after a dose is taken again."""


@dataclass(frozen=True)
class ArmCourse:
    """One arm for one group of people."""

    rows: Array
    """Quantities at the output times, shape ``(rows, quantities, people)``."""
    relapse: Array | None
    """Lowest ventilation when the former dose is taken again, shape ``(days, people)``."""


@dataclass(frozen=True)
class Request:
    """What to run: output times, days of the probe, and how fine the mesh is."""

    duration_h: float
    output_h: Array
    probe_days: tuple[int, ...] = ()
    probe_kind: int | None = None
    refinement: float = 1.0
    precision: type[np.floating[Any]] = np.float64
    """Of the body after the start; kinetics and history are always float64."""


@dataclass(frozen=True)
class Batch:
    """One chunk of people as the compiled loop wants it."""

    body: System
    numbers: SystemNumbers
    modes: Modes
    doses: Array
    rates: Array
    refinement: float

    def run(self, state: PersonState, plan: Schedule) -> Course:
        """Integrate over one piece of a mesh."""
        course: Course = integrate(self.body, self.numbers, self.modes, self.doses, state, plan, self.rates)
        return course

    def run_between(
        self, state: PersonState, start_h: float, end_h: float, doses: Sequence[tuple[float, int]]
    ) -> PersonState:
        """The state at ``end_h``."""
        if end_h - start_h < SAME_TIME_H:
            return state
        mesh = build_mesh(start_h, end_h, doses, refinement=self.refinement)
        for plan, _ in schedules(mesh, self.rates, np.arange(start_h + DAY_H, end_h, DAY_H).tolist()):
            state = self.run(state, plan).end
        return PersonState(*map(np.asarray, state))

    @property
    def group(self) -> Group:
        """What the history needs of it."""
        network = self.body.network
        pools = len(network.pools) if network else 0
        return Group(
            self.modes.rate,
            self.doses,
            self.relaxation,
            self.run_between,
            reactive=network is not None,
            enzymes=pools,
            liver_may_fail=self.body.body.liver_may_fail,
        )

    @cached_property
    def relaxation(self) -> Array:
        """Own decay rates of the body's states, shape ``(states, people)``."""
        return np.asarray(self.body.relaxation_rates(self.numbers))


def run_people(
    people: People,
    regimen: Regimen,
    request: Request,
    typical_rates: Array,
    progress: Callable[[int], None] = lambda done: None,
) -> list[ArmCourse]:
    """Every arm of ``regimen`` for ``people``, in the order of the arms.

    ``typical_rates`` are the relaxation rates of the typical person, which the exponential scheme
    takes as its linear part. ``progress`` is told how many people-arms were finished.
    """
    size = next((c for c in CHUNKS if people.count <= c), CHUNKS[-1])
    starts = range(0, people.count, size)

    def one(start: int) -> list[tuple[Array, Array | None]]:
        chosen = np.minimum(np.arange(start, start + size), people.count - 1)
        kept = min(size, people.count - start)
        batch = _batch(people, chosen, typical_rates, request.refinement)
        group = batch.group
        initial = state_at_start(group, regimen.streams)
        result = []
        for arm in regimen.arms:
            rows, relapse = _run_arm(batch, initial, arm, request)
            result.append((rows[..., :kept], None if relapse is None else relapse[:, :kept]))
            progress(kept)
        return result

    with ThreadPoolExecutor(THREADS) as pool:
        chunks = list(pool.map(one, starts))
    arms = []
    for index in range(len(regimen.arms)):
        rows = np.concatenate([chunk[index][0] for chunk in chunks], axis=-1)
        probes = [chunk[index][1] for chunk in chunks]
        known = [p for p in probes if p is not None]
        arms.append(ArmCourse(rows, np.concatenate(known, axis=-1) if known else None))
    return arms


def start_states(people: People, regimen: Regimen, rates: Array, refinement: float = 1.0) -> PersonState:
    """The state of each person at the start of the case."""
    batch = _batch(people, np.arange(people.count), rates, refinement)
    group = batch.group
    return state_at_start(group, regimen.streams)


def _batch(people: People, chosen: NDArray[np.intp], rates: Array, refinement: float) -> Batch:
    def pick(values: Any) -> Any:
        return np.ascontiguousarray(np.asarray(values)[..., chosen])

    return Batch(
        body=people.composition.body,
        numbers=jax.tree.map(pick, people.body_numbers),
        modes=jax.tree.map(pick, people.kinetics.modes),
        doses=pick(people.doses),
        rates=rates,
        refinement=refinement,
    )


def _run_arm(
    batch: Batch, initial: PersonState, doses: Sequence[tuple[float, int]], request: Request
) -> tuple[Array, Array | None]:
    """Day by day, so that the state at each day is at hand and memory stays bounded."""
    batch = _in_precision(batch, request.precision)
    state = PersonState(initial.modes, np.asarray(initial.body).astype(request.precision))
    probe = None
    if request.probe_kind is not None and request.probe_days:
        taken = build_mesh(0.0, PROBE_H, [(0.0, request.probe_kind)], refinement=request.refinement)
        [(probe, _)] = schedules(taken, batch.rates, (), request.precision)
    days = np.arange(0.0, request.duration_h, DAY_H)
    mesh = build_mesh(0.0, request.duration_h, doses, request.output_h, days, request.refinement)
    rows, lowest = [], []
    for day, (plan, count) in enumerate(schedules(mesh, batch.rates, days.tolist(), request.precision)):
        if probe is not None and day in request.probe_days:
            lowest.append(np.asarray(batch.run(state, probe).lowest_ventilation))
        course = batch.run(state, plan)
        rows.append(np.asarray(course.rows)[:count])
        state = course.end
    return np.concatenate(rows), np.stack(lowest) if lowest else None


def _in_precision(batch: Batch, precision: type[np.floating[Any]]) -> Batch:
    body = jax.tree.map(lambda v: np.asarray(v).astype(precision), batch.numbers.body)
    return replace(batch, numbers=batch.numbers._replace(body=body))
