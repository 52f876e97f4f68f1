"""Run a case: start state from the history, every arm for every person, in chunks over threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .batch import DAY_H, Batch, in_precision, make_batch
from .first_steps import first_steps
from .history import state_at_start
from .integrate import PersonState
from .mesh import build_mesh
from .people import Composition, People
from .pieces import Planned, pieces
from .regimen import Regimen
from .schedule import Schedule, schedules

Array = NDArray[np.float64]
CHUNKS: tuple[int, ...] = (1, 64, 256, 512)
"""Sizes of a batch that programs are compiled for; a smaller group is padded to the next."""
LARGEST_REACTIVE = 256
"""Where enzymes change clearances, more people do not fit into a processor's own memory."""
THREADS = os.cpu_count() or 1
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
    planned = [_planned(request, first, arm, used) for arm in regimen.arms]
    probe = _probe(request, first)
    courses = [_empty_course(people, request, days, watched=probe is not None) for days in planned]

    def begun(start: int) -> tuple[Batch, PersonState]:
        those = np.minimum(np.arange(start, start + size), people.count - 1)
        batch = make_batch(people, those, request.refinement, first, request.finer, alike=request.alike)
        batch = replace(batch, chosen=chosen, halved=request.halved)
        initial = state_at_start(batch.group, regimen.streams)
        return in_precision(batch, request.precision), initial

    def through(start: int, batch: Batch, initial: PersonState, arm: int) -> None:
        own = slice(start, min(start + size, people.count))
        _run_arm(batch, initial, planned[arm], probe, request, courses[arm], own)
        progress(min(size, people.count - start))

    def every_arm(start: int) -> None:
        batch, initial = begun(start)
        for arm in range(len(regimen.arms)):
            through(start, batch, initial, arm)

    with ThreadPoolExecutor(threads) as pool:
        if len(starts) >= threads:
            list(pool.map(every_arm, starts))
        else:  # too few of them for all threads, which take arms instead
            ready = list(pool.map(begun, starts))
            tasks = [
                (s, *b, arm) for s, b in zip(starts, ready, strict=True) for arm in range(len(regimen.arms))
            ]
            list(pool.map(through, *zip(*tasks, strict=True)))
    return courses


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
    return tuple(composition.quantities.index(name) for name in quantities)


def start_states(
    people: People, regimen: Regimen, refinement: float = 1.0, finer: tuple[float, ...] = ()
) -> PersonState:
    """The state of each person at the start of the case."""
    batch = make_batch(people, np.arange(people.count), refinement, first_steps(people), finer)
    group = batch.group
    return state_at_start(group, regimen.streams)


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


def _empty_course(people: People, request: Request, days: Planned, *, watched: bool) -> ArmCourse:
    count = sum(rows for _, rows in days)
    quantities = len(people.composition.quantities if request.quantities is None else request.quantities)
    rows = np.empty((count, quantities, people.count), request.precision)
    probed = sum(day in request.probe_days for day in range(len(days))) if watched else 0
    return ArmCourse(rows, np.empty((probed, people.count), request.precision) if probed else None)


def _run_arm(
    batch: Batch,
    initial: PersonState,
    days: Planned,
    probe: Schedule | None,
    request: Request,
    into: ArmCourse,
    own: slice,
) -> None:
    """Run one arm; what it gives goes ``into`` the course, of the people ``own``."""
    state = PersonState(initial.modes, np.asarray(initial.body).astype(request.precision))
    kept = own.stop - own.start
    row = probed = 0
    for day, (plan, count) in enumerate(days):
        if probe is not None and into.relapse is not None and day in request.probe_days:
            into.relapse[probed, own] = np.asarray(batch.run(state, probe).lowest_ventilation)[:kept]
            probed += 1
        course = batch.run(state, plan)
        into.rows[row : row + count, :, own] = np.asarray(course.rows)[:count, :, :kept]
        row += count
        state = course.end
