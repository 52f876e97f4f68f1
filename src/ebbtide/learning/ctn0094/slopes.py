"""Courses of everybody with their derivatives, forward through the engine's own loop.

Forward mode: the derivative along each direction travels with the state from day to day, so memory does not
grow with the course. The start, a periodic steady state, is differentiated through the rounds that lead to it.

Signs settle within minutes to an hour, so they are followed only from midnight to the hour of a rating; on the way
there adaptation and rebound are enough. That saves most of the time and changes nothing that can be seen: what a
sign was at midnight has faded to less than a ten-millionth by the morning.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from jaxtyping import Float
from numpy.typing import NDArray

from ebbtide.engine.integrate import PersonState, Tables, integrate
from ebbtide.engine.modes import Modes
from ebbtide.engine.run import CHUNKS, THREADS, Batch
from ebbtide.engine.schedule import Schedule, schedules
from ebbtide.engine.system import System, SystemNumbers
from ebbtide.library import Library
from ebbtide.physiology.arrays import Values
from ebbtide.physiology.body import CRAVING

from . import tables as ctn0094
from .assumed import DAY_H, assumptions
from .cohort import Cohort, make_cohort
from .intakes import intakes
from .setup import set_up
from .shifts import NAMES, library_shares, shifted

Array = NDArray[np.float64]
COARSE = 0.5
"""Refinement of the mesh: errors of about 0.1 points, far below what a rating can tell."""
SETTLE = 3
"""Rounds after which rebound and symptoms rest on the adaptation of the start: each follows the one before."""


@dataclass(frozen=True)
class Structure:
    """What a program is compiled for."""

    system: System
    chosen: tuple[int, ...]
    shares: tuple[float, ...]

    @classmethod
    def of(cls, cohort: Cohort, library: Library) -> Structure:
        """That of a cohort."""
        assert cohort.batch.chosen is not None
        return cls(cohort.batch.body, cohort.batch.chosen, library_shares(library))

    def numbers(self, numbers: SystemNumbers, shifts: Float[Values, " shifts"]) -> SystemNumbers:
        """Numbers with all shifts."""
        body = shifted(numbers.body, shifts, self.shares)
        return numbers._replace(body=body)


class Given(NamedTuple):
    """What a day needs, besides the state."""

    numbers: SystemNumbers
    modes: Modes
    tables: Tables
    plan: Schedule
    shifts: Float[Values, " shifts"]
    directions: Float[Values, "directions shifts"]


class Moving(NamedTuple):
    """The state, and its derivative along each direction; kinetics do not depend on what is fitted."""

    modes: Float[Values, "modes people"]
    body: Float[Values, "states people"]
    slope: Float[Values, "directions states people"]


class Courses(NamedTuple):
    """Log odds of a scale (its points over the points that are left) at each row, and their derivatives."""

    log_odds: Float[Array, "rows scales"]
    slope: Float[Array, "rows scales directions"]


@partial(jax.jit, static_argnames=("structure",))
def day(
    structure: Structure, given: Given, jumps: Float[Values, "hours modes people"], now: Moving
) -> tuple[Float[Values, "rows scales people"], Float[Values, "directions rows scales people"], Moving]:
    """One day: points at the hours, their slopes, and the state at its end."""

    def run(shifts: Values, body: Values) -> tuple[Values, Values, Values]:
        numbers = structure.numbers(given.numbers, shifts)
        course = integrate(
            structure.system, numbers, given.modes, given.tables, jumps, PersonState(now.modes, body), given.plan,
            structure.chosen,
        )  # fmt: skip
        return course.rows, course.end.body, course.end.modes

    def along(direction: Values, slope: Values) -> tuple[tuple[Values, ...], tuple[Values, ...]]:
        out, change = jax.jvp(run, (given.shifts, now.body), (direction, slope))
        return out, change

    out, change = jax.vmap(along, out_axes=(None, 0))(given.directions, now.slope)
    rows, body, modes = out
    return rows, change[0], Moving(modes, body, change[1])


@partial(jax.jit, static_argnames=("structure", "hold"))
def settle(
    structure: Structure, given: Given, jumps: Float[Values, "hours modes people"], now: Moving, *, hold: bool
) -> Moving:
    """One round towards the state that a usual day leaves as it was.

    With ``hold``, parts of adaptation that a day barely moves stay where they are.
    """

    def run(shifts: Values, body: Values) -> Values:
        numbers = structure.numbers(given.numbers, shifts)
        end = integrate(
            structure.system, numbers, given.modes, given.tables, jumps, PersonState(now.modes, body), given.plan,
            structure.chosen,
        ).end.body  # fmt: skip
        rate = structure.system.relaxation_rates(numbers)
        moved = body + (end - body) / -jnp.expm1(-rate * DAY_H)
        slow = structure.system.relaxation_rates(given.numbers) * DAY_H < SLOW
        return jnp.where(slow, body, moved) if hold else moved

    return _carried(run, given, now)


@partial(jax.jit, static_argnames=("structure",))
def after(structure: Structure, given: Given, now: Moving, length_h: Float[Values, ""]) -> Moving:
    """What use of this length has reached of its steady state."""

    def run(shifts: Values, body: Values) -> Values:
        rate = structure.system.relaxation_rates(structure.numbers(given.numbers, shifts))
        return -body * jnp.expm1(-rate * length_h)

    return _carried(run, given, now)


SLOW = 0.1
"""A part of adaptation that forgets less of itself in a day is taken from the length of use, as in the engine."""


def _carried(run, given: Given, now: Moving) -> Moving:  # type: ignore[no-untyped-def]
    def along(direction: Values, slope: Values) -> tuple[Values, Values]:
        out, change = jax.jvp(run, (given.shifts, now.body), (direction, slope))
        return out, change

    body, slopes = jax.vmap(along, out_axes=(None, 0))(given.directions, now.slope)
    return Moving(now.modes, body, slopes)


def midnights(
    cohort: Cohort, structure: Structure, shifts: Array, directions: Array, count: int
) -> Iterator[tuple[int, Moving]]:
    """The state in which each day begins."""
    given = _given(cohort.batch, cohort.plan, shifts, directions)
    body = jnp.asarray(cohort.start.body)
    now = Moving(jnp.asarray(cohort.start.modes), body, jnp.zeros((len(directions), *body.shape)))
    usual = jnp.asarray(cohort.jumps(-1))
    for _ in range(SETTLE):
        now = settle(structure, given, usual, now, hold=False)
    now = after(structure, given, now, jnp.asarray(assumptions().clock.before.to("h")))
    for _ in range(SETTLE):
        now = settle(structure, given, usual, now, hold=True)
    for index in range(count):
        yield index, now
        if index + 1 < count:
            _, _, now = day(structure, given, jnp.asarray(cohort.jumps(index)), now)


def _given(batch: Batch, plan: Schedule, shifts: Array, directions: Array) -> Given:
    tables = batch.tables(np.asarray(plan.lengths_h))
    there = jax.tree.map(jnp.asarray, (batch.numbers, batch.modes, tables, plan, shifts, directions))
    return Given(*there)


def courses(
    people: ctn0094.Tables,
    rows: pd.DataFrame,
    library: Library,
    hour: float,
    shifts: Array | None = None,
    directions: Array | None = None,
    scales: tuple[str, ...] = ("cows", "sows"),
) -> Courses:
    """Courses at ``hour`` of the days of ``rows`` (columns ``who`` and ``when``), in their order.

    Parameters
    ----------
    shifts
        Of the numbers of :data:`.shifts.NAMES`; none by default.
    directions
        Along which the courses are differentiated; by default along each shift.
    """
    shifts = np.zeros(len(NAMES)) if shifts is None else shifts
    directions = np.eye(len(NAMES)) if directions is None else directions
    people = people.of(rows["who"].to_numpy())
    taken = intakes(people, int(rows["when"].max()))
    whole = set_up(library, taken.ways, parts=())
    person = pd.Index(people.who).get_indexer(pd.Index(rows["who"]))
    on_day = rows["when"].to_numpy(np.int64) - taken.first_day
    last = np.zeros(len(people.who), dtype=np.int64)
    np.maximum.at(last, person, on_day)
    order = np.argsort(last, kind="stable")
    size = next((c for c in CHUNKS if len(order) <= c), CHUNKS[-1])
    points = np.zeros((len(rows), len(scales)))
    slope = np.zeros((len(rows), len(scales), len(directions)))

    def one(start: int) -> None:
        chosen = order[start : start + size]
        mine = np.flatnonzero(np.isin(person, chosen))
        column = np.zeros(len(people.who), dtype=np.int64)
        column[chosen] = np.arange(len(chosen))

        padded, twin = np.resize(chosen, size), np.zeros(size, dtype=np.intp)
        cohort = make_cohort(whole, taken, people, scales, padded, twin, refinement=COARSE, hours=(hour,))
        mornings = Mornings(cohort, library, shifts, directions)
        core = without_signs(cohort)
        structure = Structure.of(core, library)
        for today, now in midnights(core, structure, shifts, directions, int(last[chosen].max()) + 1):
            at = mine[on_day[mine] == today]
            mornings.add(at, column[person[at]], today, now)
        for at, seen, change in mornings.run():
            points[at], slope[at] = seen, change

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(one, range(0, len(order), size)))
    left = np.array([natural_maximum(library, scale) for scale in scales]) - points
    return Courses(np.log(points / left), slope * (1.0 / points + 1.0 / left)[..., None])


def without_signs(cohort: Cohort) -> Cohort:
    """The same people with a body that has no symptoms but craving, and no scales."""
    system, numbers = cohort.people.composition.body, cohort.people.body_numbers
    place = system.body.followers.index(CRAVING)
    own = slice(place, place + 1)
    body = replace(system.body, followers=(CRAVING,), scale_weights=())
    felt, relief = numbers.body.withdrawal, numbers.body.relief
    signs = ("rebound_gain", "log_half_effect", "steepness", "rate")
    fewer = numbers.body._replace(
        withdrawal=felt._replace(**{name: getattr(felt, name)[own] for name in signs}),
        relief=relief._replace(by_cause={cause: rows[own] for cause, rows in relief.by_cause.items()}),
    )
    people = replace(
        cohort.people,
        composition=replace(cohort.people.composition, body=replace(system, body=body)),
        body_numbers=numbers._replace(body=fewer),
    )
    return replace(cohort, people=people, chosen=("mor.signal",))


class Mornings:
    """Days with a rating, from midnight to its hour, as many at once as people in a chunk."""

    def __init__(self, cohort: Cohort, library: Library, shifts: Array, directions: Array) -> None:
        self.cohort, self.shifts, self.directions = cohort, shifts, directions
        self.structure = Structure.of(cohort, library)
        self.kept: list[tuple[NDArray[np.intp], NDArray[np.int64], Array, Array, Array, Array]] = []

    def add(self, rows: NDArray[np.intp], columns: NDArray[np.int64], today: int, now: Moving) -> None:
        """The ``rows`` of one day, of the people in these ``columns``."""
        if len(rows):
            jumps = self.cohort.jumps(today)[..., columns]
            state = [np.asarray(part)[..., columns] for part in now]
            self.kept.append((rows, columns, jumps, *state))

    def run(self) -> Iterator[tuple[NDArray[np.intp], Array, Array]]:
        """Rows with points ``(rows, scales)`` and slopes ``(rows, scales, directions)``."""
        if not self.kept:
            return
        parts = [np.concatenate(part, axis=-1) for part in zip(*self.kept, strict=True)]
        count, size = len(parts[0]), self.cohort.people.count
        batch, hour = self.cohort.batch, self.cohort.hours[0]
        doses = [(at, index) for index, at in enumerate(self.cohort.setup.hours) if at < hour]
        [(plan, _)] = schedules(batch.mesh(0.0, hour, doses, (hour,)))
        for start in range(0, count, size):
            here = np.minimum(np.arange(start, start + size), count - 1)
            columns, jumps, modes, body, slope = (np.asarray(part[..., here]) for part in parts[1:])
            pick = partial(jnp.take, indices=columns, axis=-1)
            own = jax.tree.map(pick, (batch.numbers, batch.modes))
            some = replace(batch, numbers=own[0], modes=own[1], known_tables={})
            now = Moving(jnp.asarray(modes), self._whole(body), self._whole(slope))
            given = _given(some, plan, self.shifts, self.directions)
            seen, change, _ = day(self.structure, given, jnp.asarray(jumps), now)
            kept = min(size, count - start)
            rows = parts[0][start : start + kept]
            yield (
                rows,
                np.asarray(seen)[0].T[:kept],
                np.moveaxis(np.asarray(change)[:, 0], 0, -1).swapaxes(0, 1)[:kept],
            )

    def _whole(self, body: Array) -> Float[Values, "... states people"]:
        """States of the body without signs as those of the whole body, whose signs begin at rest."""
        more = self.structure.system.size - body.shape[-2]
        rest = np.zeros((*body.shape[:-2], more, body.shape[-1]))
        return jnp.asarray(np.concatenate([body, rest], axis=-2))


def natural_maximum(library: Library, scale: str) -> float:
    """The most points of a scale."""
    return float(sum(item.maximum for item in library.scale(scale).items))
