"""Run a case: start state from the history, every arm for every person, in chunks over threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from threading import Lock
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from .first_steps import first_steps
from .history import Group, state_at_start
from .integrate import Course, PersonState, Tables, integrate, step_tables
from .mesh import SAME_TIME_H, Mesh, build_mesh
from .modes import Modes
from .people import Composition, People
from .pieces import Planned, pieces
from .regimen import Regimen
from .schedule import Schedule, schedules
from .shared import shared
from .system import System, SystemNumbers

Array = NDArray[np.float64]
CHUNKS: tuple[int, ...] = (1, 64, 256, 512)
"""Sizes of a batch that programs are compiled for; a smaller group is padded to the next."""
LARGEST_REACTIVE = 256
"""Where enzymes change clearances, more people do not fit into a processor's own memory."""
THREADS = os.cpu_count() or 1
DAY_H = 24.0
PROBE_H = 6.0
"""How long the lowest ventilation is watched for after a dose is taken again."""
PROBE_FINER = 4.0
"""By what steps of these hours are divided: the lowest is looked for at their ends."""


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
    first_step_h: tuple[float, ...] | None = None
    """After a dose of each kind; by default of the people who are run."""
    finer: tuple[float, ...] = ()
    """By how much steps after a dose of each kind are divided besides."""
    halved: bool = False
    """Whether each step of that is taken in two, to see what that changes."""
    quantities: tuple[str, ...] | None = None
    """What rows hold, in this order; by default quantities of the body, then plasma of each compound."""
    alike: bool = True
    """Whether what these people have alike is kept once, which is less work but a program of its own."""


@dataclass(frozen=True)
class Batch:
    """One chunk of people as the compiled loop wants it."""

    body: System
    numbers: SystemNumbers
    modes: Modes
    doses: Array
    refinement: float
    first_step_h: tuple[float, ...]
    finer: tuple[float, ...] = ()
    halved: bool = False
    chosen: tuple[int, ...] | None = None
    known_tables: dict[bytes, Tables] = field(default_factory=dict)

    def run(self, state: PersonState, plan: Schedule) -> Course:
        """Integrate over one piece of a mesh."""
        course: Course = integrate(
            self.body,
            self.numbers,
            self.modes,
            self.tables(plan.lengths_h),
            self.doses,
            state,
            plan,
            self.chosen,
        )
        return course

    def tables(self, lengths_h: Array) -> Tables:
        """Tables for steps of these lengths, made once."""
        key = lengths_h.tobytes()
        if key not in self.known_tables:
            self.known_tables[key] = step_tables(self.body, self.numbers, self.modes, lengths_h)
        return self.known_tables[key]

    def run_between(
        self, state: PersonState, start_h: float, end_h: float, doses: Sequence[tuple[float, int]]
    ) -> PersonState:
        """The state at ``end_h``."""
        if end_h - start_h < SAME_TIME_H:
            return state
        days = tuple(np.arange(start_h + DAY_H, end_h, DAY_H).tolist())
        fine = self.refinement, self.first_step_h, self.finer
        for plan, _ in pieces(start_h, end_h, tuple(doses), (), (), *fine, (), self.halved, days):
            state = self.run(state, plan).end
        return PersonState(*map(np.asarray, state))

    def mesh(
        self,
        start_h: float,
        end_h: float,
        doses: Sequence[tuple[float, int]],
        outputs: Sequence[float] | Array = (),
        stops: Sequence[float] | Array = (),
        earlier: Sequence[tuple[float, int]] = (),
    ) -> Mesh:
        """A mesh of this refinement."""
        return build_mesh(
            start_h,
            end_h,
            doses,
            outputs,
            stops,
            self.refinement,
            self.first_step_h,
            self.finer,
            earlier,
            self.halved,
        )

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
    progress: Callable[[int], None] = lambda done: None,
    threads: int = THREADS,
) -> list[ArmCourse]:
    """Every arm of ``regimen`` for ``people``, in the order of the arms.

    ``progress`` is told how many people-arms were finished. With fewer ``threads`` a small group is run in
    larger batches, which takes less processor time in all.
    """
    size = _chunk_size(people.count, people.composition.body.network is not None, threads)
    starts = range(0, people.count, size)
    first = request.first_step_h or first_steps(people)
    chosen = _chosen(people.composition, request.quantities)

    used = tuple((stream.last_h, stream.kind) for stream in regimen.streams)
    rows: list[Array | None] = [None] * len(regimen.arms)
    probes: list[Array | None] = [None] * len(regimen.arms)
    making = Lock()
    planned = [_planned(request, first, arm, used) for arm in regimen.arms]
    probe = _probe(request, first)

    def put(into: list[Array | None], arm: int, start: int, values: Array) -> None:
        with making:
            if into[arm] is None:
                into[arm] = np.empty((*values.shape[:-1], people.count), values.dtype)
        kept = min(size, people.count - start)
        into[arm][..., start : start + kept] = values[..., :kept]  # type: ignore[index]

    def one(start: int) -> None:
        those = np.minimum(np.arange(start, start + size), people.count - 1)
        batch = _batch(people, those, request.refinement, first, request.finer, alike=request.alike)
        batch = replace(batch, chosen=chosen, halved=request.halved)
        initial = state_at_start(batch.group, regimen.streams)
        batch = _in_precision(batch, request.precision)
        for index in range(len(regimen.arms)):
            own, relapse = _run_arm(batch, initial, planned[index], probe, request)
            put(rows, index, start, own)
            if relapse is not None:
                put(probes, index, start, relapse)
            progress(min(size, people.count - start))

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(one, starts))
    return [ArmCourse(own, lowest) for own, lowest in zip(rows, probes, strict=True) if own is not None]


def _chunk_size(people: int, reactive: bool, threads: int = THREADS) -> int:
    """The largest of the sizes of a batch that leaves no thread without work, and no larger than the smallest
    that holds all.
    """
    sizes = [c for c in CHUNKS if not reactive or c <= LARGEST_REACTIVE]
    enough = next((c for c in sizes if people <= c), sizes[-1])
    for size in reversed(sizes[1:]):
        if people > size * (threads - 1):
            return min(size, enough)
    return enough


def _chosen(composition: Composition, quantities: tuple[str, ...] | None) -> tuple[int, ...] | None:
    if quantities is None:
        return None
    every = (*composition.body.quantities, *(f"plasma.{name}" for name in composition.compounds))
    return tuple(every.index(name) for name in quantities)


def start_states(
    people: People, regimen: Regimen, refinement: float = 1.0, finer: tuple[float, ...] = ()
) -> PersonState:
    """The state of each person at the start of the case."""
    batch = _batch(people, np.arange(people.count), refinement, first_steps(people), finer)
    group = batch.group
    return state_at_start(group, regimen.streams)


def _batch(
    people: People,
    chosen: NDArray[np.intp],
    refinement: float,
    first_step_h: tuple[float, ...] = (),
    finer: tuple[float, ...] = (),
    *,
    alike: bool = True,
) -> Batch:
    def pick(values: Any) -> Any:
        own = np.asarray(values)
        return own if own.shape[-1] < people.count else np.ascontiguousarray(own[..., chosen])

    numbers = people.body_numbers
    return Batch(
        body=people.composition.body,
        numbers=jax.tree.map(pick, numbers._replace(body=shared(numbers.body)) if alike else numbers),
        modes=jax.tree.map(pick, people.kinetics.modes),
        doses=pick(people.doses),
        refinement=refinement,
        first_step_h=first_step_h,
        finer=finer,
    )


def _planned(
    request: Request,
    first_step_h: tuple[float, ...],
    doses: Sequence[tuple[float, int]],
    used: Sequence[tuple[float, int]],
) -> Planned:
    """Day by day, so that the state at each day is at hand and memory stays bounded.

    ``used`` is the last dose of each kind before the start, ``(time, kind)``.
    """
    days = tuple(np.arange(0.0, request.duration_h, DAY_H).tolist())
    outputs = tuple(request.output_h.tolist())
    fine = request.refinement, first_step_h, request.finer
    return pieces(
        0.0, request.duration_h, tuple(doses), outputs, days, *fine, tuple(used), request.halved, days
    )


def _probe(request: Request, first_step_h: tuple[float, ...]) -> Schedule | None:
    """The hours after the former dose is taken again."""
    if request.probe_kind is None or not request.probe_days:
        return None
    mesh = build_mesh(
        0.0,
        PROBE_H,
        [(0.0, request.probe_kind)],
        refinement=PROBE_FINER,
        first_step_h=first_step_h,
    )
    [(taken, _)] = schedules(mesh, watch=True)
    return taken


def _run_arm(
    batch: Batch, initial: PersonState, days: Planned, probe: Schedule | None, request: Request
) -> tuple[Array, Array | None]:
    state = PersonState(initial.modes, np.asarray(initial.body).astype(request.precision))
    rows, lowest = [], []
    for day, (plan, count) in enumerate(days):
        if probe is not None and day in request.probe_days:
            lowest.append(np.asarray(batch.run(state, probe).lowest_ventilation))
        course = batch.run(state, plan)
        rows.append(np.asarray(course.rows)[:count])
        state = course.end
    return np.concatenate(rows), np.stack(lowest) if lowest else None


def _in_precision(batch: Batch, precision: type[np.floating[Any]]) -> Batch:
    """With the body in ``precision``, and handed to the device once, not with every day."""
    body = jax.tree.map(lambda v: np.asarray(v).astype(precision), batch.numbers.body)
    numbers = batch.numbers._replace(body=body)
    numbers, modes, doses = jax.device_put((numbers, batch.modes, batch.doses))
    return replace(batch, numbers=numbers, modes=modes, doses=doses)
